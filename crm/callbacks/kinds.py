"""The definition of this feature: how the company calls back. There is one, called ``company``."""

from typing import Final

from crm.callbacks import rules
from mainline.definitions import Kind, register

FILE: Final = "callbacks.yaml"
CALLBACKS: Final = register(Kind("callbacks", rules.CallbackRules, rules.problems))
