"""The definition of this feature: how outages are suspected. There is one, called ``company``."""

from typing import Final

from crm.sense import rule
from mainline.definitions import Kind, register

FILE: Final = "outage_sense.yaml"
OUTAGE_SENSE: Final = register(Kind("outage_sense", rule.SenseRule, rule.problems))
