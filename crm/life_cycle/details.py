"""What a request tells besides its account: new owner, other account, area, address, use."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.queries import resolve
from crm.customers.models import Customer, ServiceAccount
from crm.customers.queries import find
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.rules import NEEDS, Need, RequestKind
from mainline.errors import Invalid
from mainline.i18n import Text
from mainline.masking import Eyes
from mainline.phone import normalise

Use = Literal["residential", "commercial", "public", "industrial"]
AREA_MAX: Final = 1_000_000


class NeedsPerson(Invalid):
    """One person has to be named."""

    code = "request-person"
    words = Text(
        "Please name the new owner: somebody of ours whom only one record fits, "
        "or a name and a telephone number."
    )


class NeedsAccount(Invalid):
    """It is about an account."""

    code = "request-account"
    words = Text("Please choose the account it is about.")


class NeedsOtherAccount(Invalid):
    """Another account has to be named."""

    code = "request-other-account"
    words = Text("Please give the number of the other account, of the same kind of supply.")


class NeedsArea(Invalid):
    """Square metres are missing."""

    code = "request-area"
    words = Text("Please give the area in whole square metres.")


class NeedsAddress(Invalid):
    """The place has to be known beyond doubt."""

    code = "request-address"
    words = Text("The address is not clear: no place, or more than one, fits it.")


class NeedsUse(Invalid):
    """The new use is missing."""

    code = "request-use"
    words = Text("Please say what it will be used for.")


class Details(BaseModel):
    """As it was told. A person is one of ours, or becomes a customer when it takes effect."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(default="", max_length=64)
    """Somebody of ours: name, account, telephone."""
    person_id: int | None = Field(default=None, ge=1, le=2**53)
    person_name: str = Field(default="", max_length=64)
    person_phone: str = Field(default="", max_length=32)
    other_account: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=200)
    area_m2: int | None = Field(default=None, ge=1, le=AREA_MAX)
    use: Use | None = None
    fields: dict[str, Any] = Field(default_factory=dict, max_length=40)


def masked(row: LifeRequest, sees: Eyes) -> Details:
    """What was told for a request, as this person may see it."""
    told = Details.model_validate(row.details)
    return told.model_copy(
        update={
            "person": _typed(told.person, sees), "person_name": sees.name(told.person_name),
            "person_phone": sees.number(told.person_phone), "address": sees.address(told.address),
            "fields": sees.fields(told.fields),
        }
    )  # fmt: skip


def _typed(person: str, sees: Eyes) -> str:
    """Somebody of ours was found by a name, or by a number: of a telephone or an account."""
    return sees.number(person) if any(map(str.isdigit, person)) else sees.name(person)


async def complete(
    session: AsyncSession, kind: RequestKind, told: Details, account: ServiceAccount | None,
    area_code: str,
) -> Details:  # fmt: skip
    """All that the effect needs, looked up; refused with what is missing."""
    needs = NEEDS[kind.effect]
    if "area_m2" in needs and told.area_m2 is None:
        raise NeedsArea
    if "use" in needs and told.use is None:
        raise NeedsUse
    if "address" in needs:
        await _check_address(session, told.address, lenient=account is not None)
    if "other_account" in needs and account is not None:
        await other_account(session, told, account)
    return await _person(session, told, area_code) if _needs_person(needs) else told


def _needs_person(needs: tuple[Need, ...]) -> bool:
    return "person" in needs


async def _check_address(session: AsyncSession, address: str, *, lenient: bool) -> None:
    """A split-off household lies where its parent lies; a new one has to be found in the tree."""
    if not address.strip():
        raise NeedsAddress
    if not lenient and (await resolve(session, address)).sure is None:
        raise NeedsAddress


async def other_account(
    session: AsyncSession, told: Details, account: ServiceAccount
) -> ServiceAccount:
    """The account that goes into this one."""
    wanted = select(ServiceAccount).where(ServiceAccount.number == told.other_account.strip())
    other = await session.scalar(wanted)
    if other is None or other.id == account.id or other.utility != account.utility:
        raise NeedsOtherAccount
    return other


async def _person(session: AsyncSession, told: Details, area_code: str) -> Details:
    if told.person_id is not None:
        if await session.get(Customer, told.person_id) is None:
            raise NeedsPerson
        return told
    if told.person.strip():
        found = await find(session, told.person, limit=2, area_code=area_code)
        if len(found) != 1:
            raise NeedsPerson
        return told.model_copy(update={"person_id": found[0].customer.id})
    number = normalise(told.person_phone, area_code=area_code).number
    if not told.person_name.strip() or number is None:
        raise NeedsPerson
    return told.model_copy(update={"person_name": told.person_name.strip(), "person_phone": number})
