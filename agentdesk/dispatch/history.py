"""The customer page's history: each thing that happened as one line in words."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.dispatch.kinds import (
    CHANNELS,
    KIND_WORDS,
    NEW_TOLD,
    ONE_WORDS,
    TABLES,
    VALUES,
    column_words,
    state_words,
)
from agentdesk.dispatch.words import ACTS, ON_LIMITS, PROMISES, by_words, limit_words
from agentdesk.panels.terms import outcome_words
from agentdesk.panels.words import CALLER_WORDS
from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.interactions.models import Disposition
from crm.timeline.queries import PLACE_PARTS, Item, Place, dispositions, history
from crm.timeline.scope import scope_of
from crm.timeline.sources import KINDS
from crm.work_orders.models import WorkOrder
from mainline.audit.models import INSERT, UPDATE
from mainline.clock import now
from mainline.i18n import Text, _, current_locale
from mainline.permissions import Permission
from mainline.web import Principal, cursor, position

LIMIT: Final = 50
_ACTS: Final[Mapping[str, Text]] = ACTS
YEARS_DAYS: Final = 2557
"""How far back the slider goes: seven years."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, in words."""

    at: datetime
    kind: str
    label: str
    title: str
    detail: str = ""
    link: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What the page shows below the customer."""

    lines: Sequence[Line]
    chips: Sequence[tuple[str, str, bool]]
    """Words, address and whether it is chosen."""
    more: str
    day: str
    """As of the end of this day; empty: now."""
    back: int
    """How many days ago that is."""
    today: str


def moment_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The end of the chosen day; None for today, or when there is no such day."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        return None
    present = now()
    if chosen >= present.astimezone(zone).date():
        return None
    return datetime.combine(chosen, time.min, tzinfo=zone) + timedelta(days=1, microseconds=-1)


async def history_of(
    session: AsyncSession,
    customer_id: int,
    *,
    who: Principal,
    zone: ZoneInfo,
    kinds: Collection[str],
    until: datetime | None,
    after: str,
) -> History:
    """One page of it."""
    chosen = [each for each in KINDS if each in kinds]
    scope = await scope_of(session, customer_id, zone, until)
    before = Place.of(position(after, PLACE_PARTS))
    found = await history(session, scope, kinds=chosen or KINDS, limit=LIMIT, before=before)
    around = await _around(session, found, who, zone)
    day = until.astimezone(zone).date().isoformat() if until else ""
    more = _query(chosen, day, after=cursor(*found[-1].place.parts)) if len(found) == LIMIT else ""
    today = now().astimezone(zone).date()
    back = (today - until.astimezone(zone).date()).days if until else 0
    lines = [_line(each, around) for each in found]
    return History(lines, _chips(chosen, day), more, day, back, today.isoformat())


def _chips(chosen: Sequence[str], day: str) -> list[tuple[str, str, bool]]:
    """Everything, and each kind: a click takes it in or leaves it out."""
    chips = [(_("Everything"), _query([], day), not chosen)]
    for kind in KINDS:
        others = [each for each in chosen if each != kind]
        wanted = others if kind in chosen else [*chosen, kind]
        chips.append((_(KIND_WORDS[kind]), _query(wanted, day), kind in chosen))
    return chips


def _query(kinds: Sequence[str], day: str, **more: str) -> str:
    asked = [("kind", kind) for kind in kinds] + ([("day", day)] if day else [])
    return "?" + urlencode([*asked, *more.items()])


@dataclass(frozen=True, slots=True)
class _Around:
    """What the lines need beside themselves, read once for all of them."""

    who: Principal
    zone: ZoneInfo
    noted: Mapping[str, Disposition]
    types: Mapping[int, WorkOrderTypes]

    def step(self, order: WorkOrder, step: str) -> str:
        """A step in the words of the version the order was opened under."""
        types = self.types.get(order.type_version)
        return types.step(order.type_code, step).label.to(current_locale()) if types else step


async def _around(
    session: AsyncSession, found: Sequence[Item], who: Principal, zone: ZoneInfo
) -> _Around:
    versions = {each.about.type_version for each in found if each.kind == "order"}
    types = {each: (await catalog.work_order_types(session, each)).body for each in versions}
    return _Around(who, zone, await dispositions(session, found), types)


def _line(item: Item, around: _Around) -> Line:
    title, detail, link, tag = _TOLD[item.kind](item, around)
    return Line(item.at, item.kind, _(ONE_WORDS[item.kind]), title, detail, link, tag)


Told = tuple[str, str, str, str]
"""Title, detail, address, tag."""


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _call(item: Item, around: _Around) -> Told:
    call, note = item.row, around.noted.get(str(item.key))
    way = _("Call from the customer") if call.direction == "in" else _("Call to the customer")
    link = f"/calls/{item.key}" if around.who.may(Permission.SEE_CALLS) else ""
    return _joined(way, call.agent), note.notes if note else "", link, outcome_words(call.outcome)


def _order(item: Item, around: _Around) -> Told:
    move, order = item.row, item.about
    act = _(_ACTS[move.action]) if move.action in _ACTS else ""
    link = f"/work-orders/{order.number}" if around.who.may(Permission.SEE_WORK_ORDERS) else ""
    title = _joined(order.number, order.summary)
    note = limit_words(move.note) if move.action in ON_LIMITS else move.note
    detail = _joined(act, by_words(move.by), note)
    return title, detail, link, around.step(order, move.to_step)


def _appointment(item: Item, _around: _Around) -> Told:
    row = item.row
    title = _("Appointment for %(day)s", day=row.day.isoformat())
    return title, _joined(item.about.number, row.reason), "", state_words(row.state)


def _promise(item: Item, _around: _Around) -> Told:
    row = item.row
    return _(PROMISES[row.what]), _joined(row.made_by, row.text), "", state_words(row.state)


def _callback(item: Item, _around: _Around) -> Told:
    return _("A call was promised"), item.row.reason, "", state_words(item.row.state)


def _message(item: Item, around: _Around) -> Told:
    row = item.row
    title = _("Complaint left") if row.about == "complaint" else _("Message left")
    link = f"/messages/{row.id}" if around.who.may(Permission.SEE_CALLS) else ""
    return title, row.outcome, link, state_words(row.state)


def _note(item: Item, _around: _Around) -> Told:
    return item.row.text, item.row.author, "", ""


def _bill(item: Item, _around: _Around) -> Told:
    bill = item.row
    open_fen = bill.amount_fen - bill.paid_fen
    return f"{bill.period} {_yuan(bill.amount_fen)}", "", "", _("unpaid") if open_fen > 0 else ""


def _payment(item: Item, _around: _Around) -> Told:
    channel = CHANNELS.get(item.row.channel)
    return _yuan(item.row.amount_fen), _(channel) if channel else item.row.channel, "", ""


def _reading(item: Item, _around: _Around) -> Told:
    row, meter = item.row, item.about
    sources, units = CALLER_WORDS["sources"], CALLER_WORDS["units"]
    source = _(sources[row.source]) if row.source in sources else row.source
    unit = _(units[meter.unit]) if meter.unit in units else meter.unit
    tag = _("to be checked") if row.state == "to_check" else ""
    return f"{meter.number} {row.value} {unit}", source, "", tag


def _outage(item: Item, _around: _Around) -> Told:
    row = item.row
    text = row.text_en if current_locale() == "en" else row.text_zh
    return text, "", "", _("over") if row.ended_at else _("running")


def _change(item: Item, around: _Around) -> Told:
    row, told = item.row, json.loads(item.row.changes)
    changed: list[str] = []
    if row.action == UPDATE:
        changed = [
            f"{column_words(name)}: {_value(name, old, around)}"
            f" → {_value(name, told['new'][name], around)}"
            for name, old in told["old"].items()
        ]
    elif row.action == INSERT:
        changed = [
            f"{column_words(name)}: {_value(name, told['new'][name], around)}"
            for name in NEW_TOLD[row.table_name] if told["new"].get(name) not in {None, ""}
        ]  # fmt: skip
    detail = _joined(row.by, ", ".join(changed), row.why)
    return _(TABLES[row.table_name]), detail, "", state_words(row.action)


def _value(column: str, value: Any, around: _Around) -> str:
    sees = around.who.sees
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, ""):
        return "∅"
    if (words := VALUES.get(column, {}).get(str(value))) is not None:
        return _(words)
    if column.endswith("_at"):
        at = datetime.fromisoformat(str(value)).astimezone(around.zone)
        return f"{at:%Y-%m-%d %H:%M}"
    return str(sees.columns({column: str(value)})[column])


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"


_TOLD: Final[Mapping[str, Callable[[Item, _Around], Told]]] = {
    "call": _call, "order": _order, "appointment": _appointment, "promise": _promise,
    "callback": _callback, "message": _message, "note": _note, "bill": _bill,
    "payment": _payment, "reading": _reading, "outage": _outage, "change": _change,
}  # fmt: skip
