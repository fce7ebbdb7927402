"""What an agent asks on a return visit, as the company defines it. Pure."""

from pydantic import BaseModel, ConfigDict, Field

from crm.catalog.fields import FormField
from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText


class Questionnaire(BaseModel):
    """Opening words and fields, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: LocalizedText
    opening: LocalizedText
    questions: tuple[FormField, ...] = Field(default=(), max_length=20)


def problems(body: Questionnaire) -> list[Problem]:
    """Questions named twice."""
    names = [one.name for one in body.questions]
    words = Text("The name is used twice.")
    return [Problem("error", "twice", name, words) for name in set(names) if names.count(name) > 1]
