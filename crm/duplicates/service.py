"""Merge two records into one, say that they are two, undo either; each with who and when.

History is never rewritten: calls and orders stay with the record they were noted for and are
read together with those of the record that is kept (``customers.merged.same_person``).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.duplicates.events import (
    DuplicateDismissed,
    DuplicateMerged,
    DuplicateParted,
    kept_subject,
)
from crm.duplicates.models import DuplicateDecision
from crm.duplicates.rules import What
from mainline.acting import because
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

NOTE_CHARS_MAX: Final = 400
_KINDS: Final[dict[What, type[Customer] | type[Premise]]] = {
    "customer": Customer, "premise": Premise,
}  # fmt: skip


class AlreadyDecided(MainlineError):
    """Somebody was faster, or one of them is merged already."""

    code = "duplicate-decided"
    words = Text("This has been decided already. Please look again.")


class MergedOnwards(MainlineError):
    """What is kept here was merged into another record later."""

    code = "merged-onwards"
    words = Text("The record that was kept has been merged since. Undo that first.")


async def merge(
    session: AsyncSession, what: What, kept_id: int, other_id: int, *, by: str, note: str = ""
) -> DuplicateDecision:
    """The other record is the kept one; its accounts and telephones go over."""
    kept, other = await _pair(session, what, kept_id, other_id)
    decision = await _decide(session, what, kept_id, other_id, "merged", by, note)
    move: Any = _move_customer if what == "customer" else _move_premise
    moved = decision.moved = await move(session, kept, other)
    other.merged_into_id = kept_id
    await session.flush()
    await append(session, DuplicateMerged(
        subject=kept_subject(what, kept_id), what=what, other_id=other_id, by=by, note=note,
        accounts=tuple(moved["accounts"]),
    ))  # fmt: skip
    return decision


async def dismiss(
    session: AsyncSession, what: What, first_id: int, second_id: int, *, by: str, note: str = ""
) -> DuplicateDecision:
    """They are two; the pair is not proposed again."""
    await _pair(session, what, first_id, second_id)
    decision = await _decide(session, what, first_id, second_id, "apart", by, note)
    await append(session, DuplicateDismissed(
        subject=kept_subject(what, first_id), what=what, other_id=second_id, by=by, note=note,
    ))  # fmt: skip
    return decision


async def undo(session: AsyncSession, decision_id: int, *, by: str) -> DuplicateDecision:
    """As it was before: exactly what went over goes back."""
    found = select(DuplicateDecision).where(DuplicateDecision.id == decision_id)
    decision = await session.scalar(found.with_for_update())
    if decision is None:
        raise NotFound("decision")
    if decision.undone_at is not None:
        raise AlreadyDecided
    if decision.verdict == "merged":
        await _part(session, decision)
    decision.undone_at, decision.undone_by, decision.open_key = now(), by, None
    await append(session, DuplicateParted(
        subject=kept_subject(decision.what, decision.kept_id), what=decision.what,
        other_id=decision.other_id, by=by,
    ))  # fmt: skip
    await session.flush()
    return decision


async def _pair(
    session: AsyncSession, what: What, first_id: int, second_id: int
) -> tuple[Customer | Premise, Customer | Premise]:
    if first_id == second_id:
        raise Invalid("pair")
    kind: Any = _KINDS[what]
    ids = sorted((first_id, second_id))
    wanted = select(kind).where(kind.id.in_(ids)).order_by(kind.id).with_for_update()
    found = {row.id: row for row in (await session.scalars(wanted)).all()}
    if len(found) != len(ids):
        raise NotFound(what)
    if any(row.merged_into_id is not None for row in found.values()):
        raise AlreadyDecided
    return found[first_id], found[second_id]


async def _decide(
    session: AsyncSession, what: What, kept_id: int, other_id: int, verdict: str, by: str, note: str
) -> DuplicateDecision:
    """Written before anything moves: of two who decide at once, one is refused."""
    because(session, note)
    low, high = sorted((kept_id, other_id))
    decision = DuplicateDecision(
        what=what, kept_id=kept_id, other_id=other_id, open_key=f"{what}:{low}:{high}",
        verdict=verdict, by=by, at=now(), note=note.strip()[:NOTE_CHARS_MAX], moved={},
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(decision)
    except IntegrityError as error:
        raise AlreadyDecided from error
    return decision


async def _move_customer(session: AsyncSession, kept: Customer, other: Customer) -> dict[str, Any]:
    accounts = await _send(session, ServiceAccount.customer_id, other.id, kept.id)
    people = await _send(session, Customer.merged_into_id, other.id, kept.id)
    phones, twice, ended = await _move_phones(session, kept, other)
    care = {
        name: [getattr(kept, name), getattr(kept, name) or getattr(other, name)]
        for name in ("elderly", "medical", "restricted")
    }
    care["priority"] = [kept.priority, max(kept.priority, other.priority)]
    for name, (_was, is_) in care.items():
        setattr(kept, name, is_)
    return {
        "accounts": accounts, "records": people, "phones": phones, "twice": twice, "ended": ended,
        "care": care,
    }  # fmt: skip


async def _move_phones(
    session: AsyncSession, kept: Customer, other: Customer
) -> tuple[list[int], list[dict[str, Any]], list[dict[str, Any]]]:
    """Numbers go over; one that both have stays once, that in use before that which ended."""
    mine = {phone.number: phone for phone in await _phones(session, kept)}
    moved, twice, ended = [], [], []
    for phone in await _phones(session, other):
        twin = mine.get(phone.number)
        if twin is not None and (twin.ended_at is None or phone.ended_at is not None):
            twice.append(_remembered(phone))
            await session.delete(phone)
            continue
        if twin is not None:
            ended.append(_remembered(twin))
            await session.delete(twin)
            await session.flush()
        phone.customer_id = kept.id
        moved.append(phone.id)
    await session.flush()
    return moved, twice, ended


async def _phones(session: AsyncSession, owner: Customer) -> Sequence[CustomerPhone]:
    wanted = select(CustomerPhone).where(CustomerPhone.customer_id == owner.id)
    return (await session.scalars(wanted.order_by(CustomerPhone.id))).all()


_PHONE: Final = ("number", "tail", "label", "confirmed", "confirmed_by")
_PHONE_TIMES: Final = ("confirmed_at", "ended_at")


def _remembered(phone: CustomerPhone) -> dict[str, Any]:
    times = {name: getattr(phone, name) for name in _PHONE_TIMES}
    return {name: getattr(phone, name) for name in _PHONE} | {
        name: at.isoformat() for name, at in times.items() if at is not None
    }


def _again(customer_id: int, told: dict[str, Any]) -> CustomerPhone:
    values = dict(told)
    for name in _PHONE_TIMES:
        if name in told:
            values[name] = datetime.fromisoformat(told[name])
    return CustomerPhone(customer_id=customer_id, **values)


async def _move_premise(session: AsyncSession, kept: Premise, other: Premise) -> dict[str, Any]:
    accounts = await _send(session, ServiceAccount.premise_id, other.id, kept.id)
    records = await _send(session, Premise.merged_into_id, other.id, kept.id)
    return {"accounts": accounts, "records": records}


async def _send(session: AsyncSession, column: Any, from_id: int, to_id: int) -> list[int]:
    """Point what hangs on one record to the other; which rows they were."""
    table = column.class_
    ids = list(await session.scalars(select(table.id).where(column == from_id).order_by(table.id)))
    await session.execute(update(table).where(table.id.in_(ids)).values({column.key: to_id}))
    return ids


async def _part(session: AsyncSession, decision: DuplicateDecision) -> None:
    kind: Any = Customer if decision.what == "customer" else Premise
    kept = await session.get_one(kind, decision.kept_id)
    other = await session.get_one(kind, decision.other_id)
    if kept.merged_into_id is not None or other.merged_into_id != decision.kept_id:
        raise MergedOnwards
    owner = ServiceAccount.customer_id if kind is Customer else ServiceAccount.premise_id
    other.merged_into_id = None
    await _return(session, owner, decision, "accounts")
    await _return(session, kind.merged_into_id, decision, "records")
    if kind is Customer:
        await _part_customer(session, kept, decision)


async def _return(
    session: AsyncSession, column: Any, decision: DuplicateDecision, name: str
) -> None:
    """What went over goes back, unless it has gone on elsewhere since."""
    table = column.class_
    ours = table.id.in_(decision.moved[name]), column == decision.kept_id
    await session.execute(update(table).where(*ours).values({column.key: decision.other_id}))


async def _part_customer(
    session: AsyncSession, kept: Customer, decision: DuplicateDecision
) -> None:
    await _return(session, CustomerPhone.customer_id, decision, "phones")
    session.add_all(_again(decision.other_id, one) for one in decision.moved["twice"])
    session.add_all(_again(kept.id, one) for one in decision.moved.get("ended", ()))
    for name, (was, became) in decision.moved["care"].items():
        if getattr(kept, name) == became:
            setattr(kept, name, was)
