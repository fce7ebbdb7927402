"""Telephones of a customer: added, named, confirmed, ended; each with who, when and why.

Confidence grows: a number that somebody told us is unconfirmed and opens nothing private; once an
agent has convinced themselves it is confirmed, by whom and when. One that ended stays as history.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.events import CustomerPhoneChanged, PhoneAct
from crm.customers.models import Customer, CustomerPhone
from crm.customers.service import locked, reason
from mainline.acting import because
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import call_subject, customer_subject
from mainline.journal import append
from mainline.phone import TAIL, normalise

LABEL_CHARS_MAX: Final = 32


class PhoneKnown(MainlineError):
    """The customer has this number already."""

    code = "phone-known"
    words = Text("The customer has this number already.")


async def add(
    session: AsyncSession, customer_id: int, raw: str, *, label: str = "", by: str, why: str,
    area_code: str = "",
) -> CustomerPhone:  # fmt: skip
    """A number that somebody told us; nobody has confirmed it yet. One that ended begins anew."""
    told, number = reason(session, why), _number(raw, area_code)
    person = await locked(session, customer_id)
    row = await _of_number(session, person, number)
    if row is not None and row.ended_at is None:
        raise PhoneKnown
    row = await _begin(session, person, number, row, label)
    await _tell(session, row, "added", by, told)
    return row


async def label(
    session: AsyncSession, customer_id: int, phone_id: int, words: str, *, by: str, why: str
) -> CustomerPhone:
    """Whose or what it is, in words: office, daughter, night watch."""
    told = reason(session, why)
    row = await _present(session, await locked(session, customer_id), phone_id)
    new = words.strip()[:LABEL_CHARS_MAX]
    if row.label != new:
        row.label = new
        await _tell(session, row, "labelled", by, told)
    return row


async def end(
    session: AsyncSession, customer_id: int, phone_id: int, *, by: str, why: str
) -> CustomerPhone:
    """From now on it is not theirs any more: nobody is known by it, and it is called no more."""
    told = reason(session, why)
    row = await _present(session, await locked(session, customer_id), phone_id)
    row.ended_at = now()
    await _tell(session, row, "ended", by, told)
    return row


async def confirm(
    session: AsyncSession, customer_id: int, phone_id: int, *, by: str
) -> CustomerPhone:
    """Somebody of the staff is sure that it is theirs; the first who was stays named."""
    row = await _present(session, await locked(session, customer_id), phone_id)
    await _confirm(session, row, by)
    return row


async def confirm_caller(
    session: AsyncSession, customer_id: int, raw: str, *, by: str, call_id: str, area_code: str = ""
) -> CustomerPhone:
    """The number of a call is this customer's, known before or not."""
    number = _number(raw, area_code)
    person = await locked(session, customer_id)
    row = await _of_number(session, person, number)
    because(session, call_subject(call_id))
    if row is None or row.ended_at is not None:
        row = await _begin(session, person, number, row)
    await _confirm(session, row, by, call_id)
    return row


async def _confirm(
    session: AsyncSession, row: CustomerPhone, by: str, call_id: str | None = None
) -> None:
    if row.confirmed:
        return
    row.confirmed, row.confirmed_by, row.confirmed_at = True, by[:64], now()
    await _tell(session, row, "confirmed", by, call_id=call_id)


async def _begin(
    session: AsyncSession, person: Customer, number: str, row: CustomerPhone | None,
    label: str = "",
) -> CustomerPhone:  # fmt: skip
    """A new one, or the one of before, of which nothing is certain any more."""
    if row is None:
        row = CustomerPhone(customer_id=person.id, number=number, tail=number[-TAIL:])
        session.add(row)
    row.label = label.strip()[:LABEL_CHARS_MAX]
    row.confirmed, row.confirmed_by, row.confirmed_at = False, None, None
    row.ended_at = None
    await session.flush()
    return row


def _number(raw: str, area_code: str) -> str:
    number = normalise(raw, area_code=area_code).number
    if number is None or len(number) < TAIL:
        raise Invalid("number")
    return number


async def _of_number(session: AsyncSession, person: Customer, number: str) -> CustomerPhone | None:
    wanted = CustomerPhone.customer_id == person.id, CustomerPhone.number == number
    row: CustomerPhone | None = await session.scalar(select(CustomerPhone).where(*wanted))
    return row


async def _present(session: AsyncSession, person: Customer, phone_id: int) -> CustomerPhone:
    wanted = CustomerPhone.customer_id == person.id, CustomerPhone.id == phone_id
    row = await session.scalar(
        select(CustomerPhone).where(*wanted, CustomerPhone.ended_at.is_(None))
    )
    if row is None:
        raise NotFound("phone")
    return row


async def _tell(
    session: AsyncSession, row: CustomerPhone, act: PhoneAct, by: str, why: str = "",
    call_id: str | None = None,
) -> None:  # fmt: skip
    await session.flush()
    await append(session, CustomerPhoneChanged(
        subject=customer_subject(row.customer_id), phone_id=row.id, act=act, by=by, why=why,
        call_id=call_id,
    ))  # fmt: skip
