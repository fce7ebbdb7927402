"""The definition of this feature: one, called ``company``."""

from typing import Final

from crm.field.rules import FieldRules, problems
from mainline.definitions import Kind, register

FILE: Final = "field.yaml"
FIELD: Final = register(Kind("field", FieldRules, lambda body: list(problems(body))))
