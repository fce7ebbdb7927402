"""The definition of this feature: one, called ``company``."""

from typing import Final

from crm.standards.rules import ServiceStandards, problems
from mainline.definitions import Kind, register

FILE: Final = "standards.yaml"
STANDARDS: Final = register(Kind("service_standards", ServiceStandards, problems))
