"""How and when customers want us to come to them by ourselves. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Way = Literal["phone", "sms", "not_by_phone"]
CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wished; None: nothing."""

    by: str | None = None
    begins: str | None = None
    ends: str | None = None

    @property
    def calls(self) -> bool:
        """Whether we may call at all."""
        return self.by in {None, "phone"}

    def next_moment(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The first moment from then on that is within the hours."""
        if self.begins is None or self.ends is None:
            return at
        local = at.astimezone(zone)
        opens, ends = _on(local, self.begins), _on(local, self.ends)
        if opens <= local < ends:
            return at
        first = opens if local < opens else _on(local + timedelta(days=1), self.begins)
        return first.astimezone(at.tzinfo)


def _on(local: datetime, clock: str) -> datetime:
    return datetime.combine(local.date(), time.fromisoformat(clock), tzinfo=local.tzinfo)


def joined(wishes: Iterable[Wish]) -> Wish:
    """Of records that are one: whoever wants no calls wants none; else the first that says more."""
    told = list(wishes)
    refused = next((one for one in told if not one.calls), None)
    return refused or next((one for one in told if one != Wish()), Wish())
