"""The definition of this feature: the company's thresholds. There is one, called ``company``."""

from typing import Final

from crm.alerts import rules
from mainline.definitions import Kind, register

FILE: Final = "alerts.yaml"
ALERTS: Final = register(Kind("alerts", rules.AlertRules, rules.problems))
