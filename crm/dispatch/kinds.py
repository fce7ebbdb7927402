"""The definition of this feature: one, called ``company``."""

from typing import Final

from crm.dispatch.rules import DispatchRules, problems
from mainline.definitions import Kind, register

FILE: Final = "dispatch.yaml"
DISPATCH: Final = register(Kind("dispatch", DispatchRules, lambda body: list(problems(body))))
