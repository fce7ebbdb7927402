"""What the company calls its queues, reasons and work-order types, in the reader's language.

A code that is not in the catalog in force (an old version's, or nothing is
published yet) shows itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from mainline.errors import NotFound
from mainline.i18n import current_locale
from mainline.masking import BLIND
from mainline.text import LocalizedText

AGENT_DIGITS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Labels:
    """Code to words."""

    queues: Mapping[str, LocalizedText] = field(default_factory=dict)
    reasons: Mapping[str, LocalizedText] = field(default_factory=dict)
    types: Mapping[str, LocalizedText] = field(default_factory=dict)
    faults: Mapping[str, LocalizedText] = field(default_factory=dict)

    def queue(self, name: str | None) -> str:
        """A queue."""
        return _words(self.queues, name)

    def place(self, target: str) -> str:
        """Where a call was sent: a queue's name, an agent's number, or a number outside, masked."""
        if target in self.queues or len(target) <= AGENT_DIGITS_MAX:
            return self.queue(target)
        return BLIND.number(target) if target.lstrip("+").isdecimal() else target

    def reason(self, code: str | None) -> str:
        """A call reason."""
        return _words(self.reasons, code)

    def fault(self, code: str | None) -> str:
        """What was reported by key: the type of order that it opens."""
        return _words(self.faults, code)

    def order_type(self, code: str | None) -> str:
        """A type of work order."""
        return _words(self.types, code)


def _words(labels: Mapping[str, LocalizedText], code: str | None) -> str:
    found = labels.get(code or "")
    return found.to(current_locale()) if found else (code or "")


async def labels_of(session: AsyncSession, as_of: datetime | None = None) -> Labels:
    """Those of the catalog in force, or as it stood at a past moment."""
    try:
        queues = (await catalog.queue_book(session, as_of=as_of)).queues
        tree = (await catalog.call_reasons(session, as_of=as_of)).tree
        types = (await catalog.work_order_types(session, as_of=as_of)).body
    except NotFound:
        return Labels()
    return Labels(
        {queue.name: queue.label for queue in queues},
        {reason.code: reason.label for _above, reason in tree.all()},
        {each.code: each.name for each in types.types},
        {fault: each.name for each in types.types for fault in each.faults},
    )
