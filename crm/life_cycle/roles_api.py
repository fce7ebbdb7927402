"""``/api/customers/{id}/roles``: who is tenant, payer or property company of which account when."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.customers import queries as customers
from crm.customers.service import WHY_CHARS_MAX
from crm.life_cycle import roles
from crm.life_cycle.models import AccountRole
from crm.privacy import service as privacy
from mainline.clock import now
from mainline.errors import NotFound
from mainline.ids import customer_subject
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Page, ReadSession, Who, WriteSession, allow

router = APIRouter(
    prefix="/customers", tags=["customers"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)
_EDIT: Final = [allow(Permission.EDIT_CUSTOMERS)]
Id = Annotated[int, Path(ge=1, le=2**31)]
Why = Annotated[str, Field(max_length=WHY_CHARS_MAX)]


class RoleWrite(BaseModel):
    """What the customer is at an account from a day on; without one from today on."""

    model_config = ConfigDict(extra="forbid")

    account: str = Field(max_length=20)
    """The account's number."""
    role: roles.Role
    since: date | None = None
    why: Why


class RoleEnd(BaseModel):
    """From which day on they are it no more; without one from today on."""

    model_config = ConfigDict(extra="forbid")

    until: date | None = None
    why: Why


class RoleMade(BaseModel):
    """A role as it was written down."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    account_id: int
    customer_id: int
    role: str
    since: date | None
    until: date | None


class RoleRead(RoleMade):
    """A role with the account's number and the customer's name."""

    account: str
    name: str
    request: str

    @classmethod
    def of(cls, view: roles.RoleView, sees: Eyes) -> "RoleRead":
        """As this person may see it."""
        return cls(**{**asdict(view), "name": sees.name(view.name)})


@router.get("/{customer_id}/roles")
async def read_roles(
    customer_id: Id, session: ReadSession, who: Who, as_of: AwareDatetime | None = None
) -> Page[RoleRead]:
    """Theirs at accounts, and others' at their accounts; ``as_of``: as it stood at that moment."""
    kept = (await customers.view(session, customer_id)).customer.id
    found = await roles.around(session, kept, as_of)
    own = await privacy.eyes(session, who, customer_subject(kept))
    return Page(items=[
        RoleRead.of(each, own if each.customer_id == kept else who.sees) for each in found
    ])  # fmt: skip


@router.post("/{customer_id}/roles", status_code=201, dependencies=_EDIT)
async def give_role(
    customer_id: Id, body: RoleWrite, session: WriteSession, who: Who, config: Config
) -> RoleMade:
    """Tenant, payer or property company from a day on; owners change by a request."""
    made = await roles.give(
        session, body.account, customer_id, role=body.role, since=body.since or _today(config),
        by=who.agent_number or who.name, why=body.why,
    )  # fmt: skip
    return RoleMade.model_validate(made)


@router.post("/{customer_id}/roles/{role_id}/end", dependencies=_EDIT)
async def end_role(
    customer_id: Id, role_id: Id, body: RoleEnd, session: WriteSession, who: Who, config: Config
) -> RoleMade:
    """They are it no more from a day on."""
    found = await session.get(AccountRole, role_id)
    if found is None or found.customer_id != customer_id:
        raise NotFound("role")
    ended = await roles.end(
        session, role_id, until=body.until or _today(config), by=who.agent_number or who.name,
        why=body.why,
    )  # fmt: skip
    return RoleMade.model_validate(ended)


def _today(config: Config) -> date:
    return now().astimezone(config.zone).date()
