"""What the HTTP API takes and tells about unmasking."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from crm.privacy.models import Unmasking
from crm.privacy.rules import OTHER
from crm.privacy.service import WORDS_CHARS_MAX
from mainline.masking import Eyes


class UnmaskAsk(BaseModel):
    """Why: a reason of the company's list, or ``other`` with words of one's own."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default=OTHER, max_length=32)
    words: str = Field(default="", max_length=WORDS_CHARS_MAX)


class UnmaskedRead(BaseModel):
    """A record whose masks are off for one person."""

    model_config = ConfigDict(from_attributes=True)

    subject: str
    by: str
    reason: str
    words: str
    at: datetime
    until: datetime

    @classmethod
    def of(cls, row: Unmasking, sees: Eyes) -> "UnmaskedRead":
        """As this person may see it."""
        found = cls.model_validate(row)
        return found.model_copy(update=sees.texts(found, "words"))
