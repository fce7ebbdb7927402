"""What a request does to the archive when all is agreed, done and due."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.queries import resolve
from crm.billing.models import Meter
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.life_cycle.details import Details, NeedsAddress, other_account
from crm.life_cycle.models import AccountLink, AccountRole, LifeRequest
from crm.life_cycle.rules import Effect

TAIL: Final = 4


@dataclass(frozen=True, slots=True)
class Change:
    """What was and what is, of one account."""

    account: ServiceAccount
    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Work:
    """A request with what it tells; ``utility`` is what the company supplies."""

    request: LifeRequest
    details: Details
    utility: str


async def apply(
    session: AsyncSession, request: LifeRequest, effect: Effect, utility: str
) -> list[Change]:
    """Change the archive; what was changed, account by account."""
    work = _Work(request, Details.model_validate(request.details), utility)
    account = None
    if request.account_id is not None:
        wanted = select(ServiceAccount).where(ServiceAccount.id == request.account_id)
        account = await session.scalar(wanted.with_for_update())
    if account is None:
        return await _connect(session, work)
    return await _EFFECTS[effect](session, work, account)


async def _connect(session: AsyncSession, work: _Work) -> list[Change]:
    place = await _place(session, work, None)
    return [await _open(session, work, work.request.customer_id, place, work.utility)]


async def _open(
    session: AsyncSession, work: _Work, customer_id: int, place: Premise, utility: str
) -> Change:
    """A new account; its number is the request's without the dash."""
    number = work.request.number.replace("-", "")
    account = ServiceAccount(
        number=number, customer_id=customer_id, premise_id=place.id, utility=utility,
        status="active",
    )  # fmt: skip
    session.add(account)
    await session.flush()
    await _role(session, work, account, customer_id)
    return Change(account, {}, {"account": number, "address": place.address_zh})


async def _transfer(session: AsyncSession, work: _Work, account: ServiceAccount) -> list[Change]:
    """The old owner's time ends on the day on which the new one's begins."""
    new = await _person(session, work.details)
    old = await session.get_one(Customer, account.customer_id)
    await _end_role(session, work, account, old.id)
    await _role(session, work, account, new.id)
    account.customer_id = new.id
    return [Change(account, {"owner": old.name}, {"owner": new.name})]


async def _split(session: AsyncSession, work: _Work, account: ServiceAccount) -> list[Change]:
    home = await session.get_one(Premise, account.premise_id)
    area, new = work.details.area_m2 or 0, await _person(session, work.details)
    place = await _place(session, work, home)
    opened = await _open(session, work, new.id, place, account.utility)
    was, home.area_m2 = home.area_m2, max(0, home.area_m2 - area)
    _link(session, work, account, opened.account, "split")
    change = Change(account, {"area_m2": str(was)}, {
        "area_m2": str(home.area_m2), "split": opened.account.number,
    })  # fmt: skip
    return [change, opened]


async def _merge(session: AsyncSession, work: _Work, account: ServiceAccount) -> list[Change]:
    """The other account is closed; its area is this one's from now on, its history stays its."""
    other = await other_account(session, work.details, account)
    home = await session.get_one(Premise, account.premise_id)
    gone = await session.get_one(Premise, other.premise_id)
    was, old = home.area_m2, other.status
    if gone.id != home.id:
        home.area_m2, gone.area_m2 = home.area_m2 + gone.area_m2, 0
    other.status = "closed"
    _link(session, work, other, account, "merge")
    return [
        Change(account, {"area_m2": str(was)}, {
            "area_m2": str(home.area_m2), "merged": other.number,
        }),
        Change(other, {"status": old}, {"status": "closed", "merged_into": account.number}),
    ]  # fmt: skip


async def _suspend(_session: AsyncSession, _work: _Work, account: ServiceAccount) -> list[Change]:
    return [_status(account, "suspended")]


async def _resume(_session: AsyncSession, _work: _Work, account: ServiceAccount) -> list[Change]:
    return [_status(account, "active")]


async def _close(session: AsyncSession, work: _Work, account: ServiceAccount) -> list[Change]:
    """Its meters are taken away with it."""
    there = select(Meter).where(Meter.account_id == account.id, Meter.removed_on.is_(None))
    for meter in await session.scalars(there):
        meter.removed_on = work.request.effective_on
    return [_status(account, "closed")]


async def _area(session: AsyncSession, work: _Work, account: ServiceAccount) -> list[Change]:
    home = await session.get_one(Premise, account.premise_id)
    was, home.area_m2 = home.area_m2, work.details.area_m2 or home.area_m2
    return [Change(account, {"area_m2": str(was)}, {"area_m2": str(home.area_m2)})]


async def _use(session: AsyncSession, work: _Work, account: ServiceAccount) -> list[Change]:
    owner = await session.get_one(Customer, account.customer_id)
    was, owner.customer_class = owner.customer_class, work.details.use or owner.customer_class
    return [Change(account, {"use": was}, {"use": owner.customer_class})]


_EFFECTS: Final[
    dict[Effect, Callable[[AsyncSession, _Work, ServiceAccount], Awaitable[list[Change]]]]
] = {
    "transfer": _transfer, "split": _split, "merge": _merge, "demolish": _close,
    "suspend": _suspend, "resume": _resume, "disconnect": _close, "area": _area, "use": _use,
}  # fmt: skip


def _status(account: ServiceAccount, status: str) -> Change:
    was, account.status = account.status, status
    return Change(account, {"status": was}, {"status": status})


def _link(
    session: AsyncSession, work: _Work, source: ServiceAccount, target: ServiceAccount, kind: str
) -> None:
    session.add(AccountLink(
        from_id=source.id, to_id=target.id, kind=kind, on=work.request.effective_on,
        request=work.request.number,
    ))  # fmt: skip


async def _role(
    session: AsyncSession, work: _Work, account: ServiceAccount, customer_id: int
) -> None:
    session.add(AccountRole(
        account_id=account.id, customer_id=customer_id, role="owner",
        since=work.request.effective_on, until=None, request=work.request.number,
    ))  # fmt: skip
    await session.flush()


async def _end_role(
    session: AsyncSession, work: _Work, account: ServiceAccount, customer_id: int
) -> None:
    """Whoever has no line yet owned it since ever."""
    present = select(AccountRole).where(
        AccountRole.account_id == account.id, AccountRole.role == "owner",
        AccountRole.until.is_(None),
    )  # fmt: skip
    row = await session.scalar(present.with_for_update())
    if row is None:
        row = AccountRole(account_id=account.id, customer_id=customer_id, role="owner", since=None)
        row.request = work.request.number
        session.add(row)
    row.until = work.request.effective_on


async def _person(session: AsyncSession, details: Details) -> Customer:
    """One of ours, or a new customer with a telephone that nobody has confirmed yet."""
    if details.person_id is not None:
        return await session.get_one(Customer, details.person_id)
    made = Customer(name=details.person_name)
    session.add(made)
    await session.flush()
    session.add(CustomerPhone(
        customer_id=made.id, number=details.person_phone, tail=details.person_phone[-TAIL:],
        confirmed=False,
    ))  # fmt: skip
    return made


async def _place(session: AsyncSession, work: _Work, near: Premise | None) -> Premise:
    """The premise of an address: one that is there, or a new one at that place of the tree."""
    address = work.details.address.strip()
    sure = (await resolve(session, address)).sure
    if sure is None and near is None:
        raise NeedsAddress
    node_id, path = (sure.node_id, sure.path) if sure else (near.node_id, near.path)  # type: ignore[union-attr]
    known = select(Premise).where(
        Premise.node_id == node_id, Premise.merged_into_id.is_(None), Premise.address_zh == address
    )
    place = await session.scalar(known.limit(1))
    if place is None:
        place = Premise(node_id=node_id, path=path, address_zh=address, address_en="")
        session.add(place)
    place.area_m2 = work.details.area_m2 or place.area_m2
    await session.flush()
    return place
