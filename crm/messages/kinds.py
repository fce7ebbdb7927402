"""The definition of this feature. There is one, called ``company``."""

from typing import Final

from crm.messages import rules
from mainline.definitions import Kind, register

MESSAGE_RULES: Final = register(Kind("message_rules", rules.MessageRules, rules.problems))
