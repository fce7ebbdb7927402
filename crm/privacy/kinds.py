"""The definition of this feature: what the company allows of reading. There is one, ``company``."""

from typing import Final

from crm.privacy import rules
from mainline.definitions import Kind, register

FILE: Final = "privacy.yaml"
PRIVACY: Final = register(Kind("privacy", rules.PrivacyRules, rules.problems))
