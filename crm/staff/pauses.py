"""Why agents may take no calls, and for how long, as the company defines it. Pure."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

OTHER: Final = "other"
"""The reason that the desk itself gives, when a microphone is unplugged for example."""
RESERVED: Final = frozenset({"signed-in", "leader", "unreachable", "wrapup", "paused"})
"""Reasons that Mainline gives; nobody chooses them."""


class PauseReason(BaseModel):
    """Why an agent takes no calls."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")
    label: LocalizedText
    limit_s: int = Field(default=0, ge=0, le=86_400)
    """Longer than this is told and shown; 0: as long as it takes."""
    direct: bool = True
    """Whether colleagues can call meanwhile; False: do not disturb."""


class PauseReasons(BaseModel):
    """All reasons, in the order of the list at the desk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reasons: tuple[PauseReason, ...] = Field(min_length=1, max_length=30)

    def limits(self) -> dict[str, int]:
        """Seconds by reason, of those that have a limit."""
        return {each.code: each.limit_s for each in self.reasons if each.limit_s}

    def silent(self) -> frozenset[str]:
        """The reasons under which nobody is disturbed at all."""
        return frozenset(each.code for each in self.reasons if not each.direct)


def problems(body: PauseReasons) -> Sequence[Problem]:
    """Codes used twice or kept for Mainline; the reason that the desk gives is missing."""
    codes = [each.code for each in body.reasons]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    found = [Problem("error", "twice", code, Text("The name is used twice.")) for code in twice]
    words = Text("Mainline itself gives this reason; please choose another name.")
    found += [Problem("error", "reserved", code, words) for code in codes if code in RESERVED]
    if OTHER not in codes:
        words = Text("The reason %(name)s must exist: the desk gives it by itself.")
        found.append(Problem("error", "no-other", "reasons", words, (("name", OTHER),)))
    return found
