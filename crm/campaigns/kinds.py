"""The definitions of this feature."""

from pathlib import Path
from typing import Final

from crm.campaigns import questionnaire, rules
from mainline.definitions import Kind, register

RULES: Final = register(Kind("outbound_rules", rules.OutboundRules, rules.problems))
QUESTIONNAIRE: Final = register(
    Kind("questionnaire", questionnaire.Questionnaire, questionnaire.problems)
)
HOUSE: Final = Path(__file__).parent / "house.yaml"
"""Rules and questionnaires until the company says otherwise."""
