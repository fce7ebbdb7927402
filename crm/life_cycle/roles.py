"""Who else has to do with an account: tenants, payers, property companies, from when until when.

Owners change by a request alone: a transfer has papers and approvals.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.merged import SAME_PERSON
from crm.customers.models import Customer, ServiceAccount
from crm.customers.service import locked, reason
from crm.life_cycle.events import AccountRoleEnded, AccountRoleGiven
from crm.life_cycle.models import AccountRole
from mainline.audit.as_of import rows_as_of, rows_where_as_of
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

Role = Literal["tenant", "payer", "property"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
SHOWN_MAX: Final = 500
"""A property company has more; the newest are shown."""


class RoleGiven(MainlineError):
    """They are it at that time already."""

    code = "role-given"
    words = Text("This customer has that role at the account already.")


class RoleOver(MainlineError):
    """It has an end already."""

    code = "role-over"
    words = Text("This role has ended already.")


class OwnerByRequest(MainlineError):
    """Owners change with papers and approvals."""

    code = "owner-by-request"
    words = Text("The owner changes by a transfer. Make a request.")


@dataclass(frozen=True, slots=True)
class RoleView:
    """Who is what at which account, from when on and until when: the last day is the day before."""

    id: int
    account_id: int
    account: str
    customer_id: int
    name: str
    role: str
    since: date | None
    until: date | None
    request: str
    """The request that made it so; empty: somebody entered it."""

    def stands(self, day: date) -> bool:
        """Whether it counts on that day."""
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day < self.until)


async def give(
    session: AsyncSession, account_number: str, customer_id: int, *, role: Role, since: date,
    by: str, why: str,
) -> AccountRole:  # fmt: skip
    """From that day on, until it is ended."""
    told = reason(session, why)
    account = await _account(session, account_number)
    person = await locked(session, customer_id)
    same = (
        AccountRole.account_id == account.id, AccountRole.customer_id == person.id,
        AccountRole.role == role, or_(AccountRole.until.is_(None), AccountRole.until > since),
    )  # fmt: skip
    if await session.scalar(select(AccountRole.id).where(*same).limit(1)) is not None:
        raise RoleGiven
    row = AccountRole(account_id=account.id, customer_id=person.id, role=role, since=since)
    session.add(row)
    await session.flush()
    await append(session, AccountRoleGiven(
        subject=f"account:{account.id}", role_id=row.id, customer_id=person.id, role=role,
        since=since, by=by, why=told,
    ))  # fmt: skip
    return row


async def end(
    session: AsyncSession, role_id: int, *, until: date, by: str, why: str
) -> AccountRole:
    """From that day on they are it no more; what was stays."""
    told = reason(session, why)
    row = await session.get(AccountRole, role_id, with_for_update=True)
    if row is None:
        raise NotFound("role")
    if row.role == "owner":
        raise OwnerByRequest
    if row.until is not None:
        raise RoleOver
    if row.since is not None and until < row.since:
        raise Invalid("until")
    row.until = until
    await append(session, AccountRoleEnded(
        subject=f"account:{row.account_id}", role_id=row.id, customer_id=row.customer_id,
        role=row.role, until=until, by=by, why=told,
    ))  # fmt: skip
    return row


async def _account(session: AsyncSession, number: str) -> ServiceAccount:
    wanted = select(ServiceAccount).where(ServiceAccount.number == number.strip())
    account = await session.scalar(wanted.with_for_update())
    if account is None:
        raise NotFound("account")
    return account


async def around(
    session: AsyncSession, customer_id: int, moment: datetime | None = None
) -> list[RoleView]:
    """What the customer is at accounts, and what others are at theirs; as it stood then."""
    people = list(await session.scalars(SAME_PERSON, {"people": [customer_id]}))
    rows = await (_now(session, people) if moment is None else _then(session, people, moment))
    names = await _named(session, Customer, {row.customer_id for row in rows}, moment)
    accounts = await _named(session, ServiceAccount, {row.account_id for row in rows}, moment)
    return [
        RoleView(
            row.id, row.account_id, accounts[row.account_id].number, row.customer_id,
            names[row.customer_id].name, row.role, row.since, row.until, row.request,
        )
        for row in rows if row.account_id in accounts and row.customer_id in names
    ]  # fmt: skip


async def _now(session: AsyncSession, people: Sequence[int]) -> Sequence[AccountRole]:
    owned = await session.scalars(
        select(ServiceAccount.id).where(ServiceAccount.customer_id.in_(people))
    )
    mine = or_(AccountRole.customer_id.in_(people), AccountRole.account_id.in_(owned.all()))
    newest = select(AccountRole).where(mine).order_by(AccountRole.id.desc()).limit(SHOWN_MAX)
    return (await session.scalars(newest)).all()[::-1]


async def _then(
    session: AsyncSession, people: Sequence[int], moment: datetime
) -> Sequence[AccountRole]:
    owned = await rows_where_as_of(session, ServiceAccount.customer_id, people, moment)
    at_them = await rows_where_as_of(
        session, AccountRole.account_id, [each.id for each in owned], moment
    )
    theirs = await rows_where_as_of(session, AccountRole.customer_id, people, moment)
    found = {row.id: row for row in (*at_them, *theirs)}
    return [found[each] for each in sorted(found)]


async def _named(
    session: AsyncSession, kind: Any, ids: Collection[int], moment: datetime | None
) -> dict[int, Any]:
    if not ids:
        return {}
    if moment is None:
        rows = (await session.scalars(select(kind).where(kind.id.in_(ids)))).all()
    else:
        then = await rows_as_of(session, kind, {str(each) for each in ids}, moment)
        rows = list(then.values())
    return {row.id: row for row in rows}
