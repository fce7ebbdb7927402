"""What the HTTP API takes and tells about unmasking."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from crm.privacy.rules import OTHER
from crm.privacy.service import WORDS_CHARS_MAX


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
