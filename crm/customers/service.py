"""What the archive keeps of a customer, changed by people: each time with who, when and why."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.events import CustomerChanged
from crm.customers.models import Customer
from mainline.acting import because
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import customer_subject
from mainline.journal import append
from mainline.masking import HIDDEN

CustomerClass = Literal["residential", "commercial", "public", "industrial", "vip"]
NAME_CHARS_MAX: Final = 64
NOTES_CHARS_MAX: Final = 2000
PRIORITY_MAX: Final = 100
WHY_CHARS_MAX: Final = 400
_FACTS: Final = frozenset({
    "name", "customer_class", "priority", "restricted", "elderly", "medical", "language", "notes",
    "contact_by", "contact_from", "contact_until",
})  # fmt: skip
_MASKS: Final = {"name": "*", "notes": HIDDEN}


class NoReason(MainlineError):
    """A change of the archive without a reason."""

    code = "no-reason"
    status = 422
    words = Text("Say why.")


class CustomerMerged(MainlineError):
    """This record was found to be another one."""

    code = "customer-merged"
    words = Text("This record was merged into another one. Change that one.")


async def change(
    session: AsyncSession, customer_id: int, facts: Mapping[str, Any], *, by: str, why: str
) -> Customer:
    """Let these facts be so; what is so already is no change, and nothing is written down."""
    told = reason(session, why)
    person = await locked(session, customer_id)
    for name in facts.keys() - _FACTS:
        raise Invalid(name)
    new = {name: _tidy(name, value) for name, value in facts.items()}
    changed = [name for name, value in sorted(new.items()) if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, new[name])
    _check_hours(person)
    if changed:
        await session.flush()
        await append(session, CustomerChanged(
            subject=customer_subject(person.id), fields=tuple(changed), by=by, why=told,
        ))  # fmt: skip
    return person


async def locked(session: AsyncSession, customer_id: int) -> Customer:
    """The customer, to be changed; of two who change at once the second sees the first."""
    wanted = select(Customer).where(Customer.id == customer_id).with_for_update()
    person = await session.scalar(wanted)
    if person is None:
        raise NotFound("customer")
    if person.merged_into_id is not None:
        raise CustomerMerged
    return person


def reason(session: AsyncSession, why: str) -> str:
    """Why it is done, written down beside the change; refused when nobody says."""
    told = why.strip()[:WHY_CHARS_MAX]
    if not told:
        raise NoReason
    because(session, told)
    return told


def _tidy(name: str, value: Any) -> Any:
    """Without what surrounds it; a mask that is sent back must not become what it hides."""
    told = value.strip() if isinstance(value, str) else value
    if (name == "name" and not told) or (name in _MASKS and _MASKS[name] in told):
        raise Invalid(name)
    return told


def _check_hours(person: Customer) -> None:
    begins, ends = person.contact_from, person.contact_until
    if (begins is None) != (ends is None) or (begins and ends and begins >= ends):
        raise Invalid("contact_from, contact_until")
