"""The definition of this feature: one, called ``company``."""

from typing import Final

from crm.context.rules import ContextRules, problems
from mainline.definitions import Kind, register

FILE: Final = "context.yaml"
CONTEXT: Final = register(Kind("context", ContextRules, problems))
