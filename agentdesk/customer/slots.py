"""Telephones for demo callers: a page borrows one and gives it back by going away."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from dialplan.contract import TRY_PREFIX
from mainline.clock import now
from mainline.errors import MainlineError
from mainline.i18n import Text

LENT_FOR: Final = timedelta(minutes=30)


class NoSlot(MainlineError):
    """All demo telephones are in use."""

    code = "no-slot"
    status = 503
    words = Text("All demo telephones are in use. Please try again in a few minutes.")


@dataclass(slots=True)
class Slots:
    """Which page holds which demo telephone, and since when."""

    size: int
    lent: dict[int, tuple[str, datetime]] = field(default_factory=dict)

    def borrow(self, page: str) -> str:
        """The endpoint for this page: its own again, a free one, or one that was forgotten."""
        moment = now()
        for slot in range(1, self.size + 1):
            holder = self.lent.get(slot)
            if holder is not None and holder[0] == page:
                return self._lend(slot, page, moment)
        for slot in range(1, self.size + 1):
            holder = self.lent.get(slot)
            if holder is None or moment - holder[1] > LENT_FOR:
                return self._lend(slot, page, moment)
        raise NoSlot

    def give_back(self, page: str) -> str | None:
        """The page went away; its endpoint, if it had one."""
        for slot, (holder, _since) in list(self.lent.items()):
            if holder == page:
                del self.lent[slot]
                return f"{TRY_PREFIX}{slot}"
        return None

    def _lend(self, slot: int, page: str, moment: datetime) -> str:
        self.lent[slot] = (page, moment)
        return f"{TRY_PREFIX}{slot}"
