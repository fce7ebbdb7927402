"""The definition of this feature, called ``company``."""

from pathlib import Path
from typing import Final

from crm.surveys import survey
from mainline.definitions import Kind, register

SURVEY: Final = register(Kind("survey", survey.Survey, survey.problems))
HOUSE: Final = Path(__file__).parent / "survey.yaml"
"""What is asked until the company says otherwise."""
