"""Whom the desk can reach beside its colleagues: heads of departments, crews in the field. Pure."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.phone import PUBLIC_SERVICES
from mainline.text import LocalizedText


class Contact(BaseModel):
    """Somebody to whom a call can go. The number is looked up here; no page ever sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")
    label: LocalizedText
    kind: Literal["department", "field"] = "department"
    number: str = Field(pattern=r"^\+?[0-9]{3,20}$", repr=False)
    """An agent's number, or an ordinary national one."""

    @property
    def inside(self) -> bool:
        """Whether it is one of our telephones."""
        short = len(self.number) <= 5  # noqa: PLR2004 - agents' numbers
        return short and self.number not in PUBLIC_SERVICES


class Directory(BaseModel):
    """Everybody in it, in the order of the list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contacts: tuple[Contact, ...] = Field(default=(), max_length=300)


def problems(body: Directory) -> Sequence[Problem]:
    """Codes used twice."""
    codes = [each.code for each in body.contacts]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    return [Problem("error", "twice", code, Text("The name is used twice.")) for code in twice]
