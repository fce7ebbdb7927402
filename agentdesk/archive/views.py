"""``/customers/{id}/edit``: facts, contact wishes, telephones and roles of a customer, changed."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BeforeValidator, Field

from agentdesk.panels.masks import masks
from agentdesk.panels.words import CALLER_WORDS
from agentdesk.shell import render
from crm.customers import phones, queries, service
from crm.customers.api import may_change
from crm.customers.schemas import CustomerChange, Facts
from crm.life_cycle import roles
from mainline.clock import now
from mainline.errors import NotFound
from mainline.ids import customer_subject
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(
    prefix="/customers/{customer_id:int}", include_in_schema=False,
    dependencies=[allow(Permission.EDIT_CUSTOMERS)],
)  # fmt: skip
Id = Annotated[int, Path(ge=1, le=2**31)]
Why = Annotated[str, Form(max_length=service.WHY_CHARS_MAX)]
Label = Annotated[str, Form(max_length=phones.LABEL_CHARS_MAX)]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(_empty_is_none), Form()]


class FactsForm(CustomerChange):
    """The whole form; a box that is not ticked is not sent, nor is what its reader sees masked."""

    customer_class: service.CustomerClass
    priority: Annotated[int, Field(ge=0, le=service.PRIORITY_MAX)]

    def facts(self, who: Principal, sent: set[str]) -> dict[str, Any]:
        """What is to be so: of what this person could see and may change."""
        kept = {"name", "notes"} - sent
        if not who.may(Permission.WATCH_CUSTOMERS):
            kept.add("restricted")
        return {name: getattr(self, name) for name in Facts.model_fields if name not in kept}


@router.get("/edit")
async def page(
    request: Request, customer_id: Id, session: ReadSession, who: Who, config: Config
) -> Response:
    """What the archive keeps of the customer, as forms."""
    view = await queries.view(session, customer_id)
    if view.customer.id != customer_id:
        return RedirectResponse(f"/customers/{view.customer.id}/edit", status_code=303)
    return render(
        request, "archive/edit.html",
        **await masks(session, who, f"/customers/{customer_id}", customer_subject(customer_id)),
        view=view, person=view.customer, roles=await roles.around(session, customer_id),
        words=CALLER_WORDS, given=roles.ROLES, today=_today(config),
        may_restrict=who.may(Permission.WATCH_CUSTOMERS), priority_max=service.PRIORITY_MAX,
    )  # fmt: skip


@router.post("/edit")
async def change(
    request: Request, customer_id: Id, form: Annotated[FactsForm, Form()], session: WriteSession,
    who: Who,
) -> RedirectResponse:  # fmt: skip
    """Facts and contact wishes are so from now on."""
    sent = set(await request.form())  # in the model what was emptied is as what was not sent
    facts = form.facts(who, sent)
    may_change(who, facts)
    await service.change(session, customer_id, facts, by=_by(who), why=form.why)
    return RedirectResponse(f"/customers/{customer_id}", status_code=303)


@router.post("/phones")
async def add_phone(
    customer_id: Id, session: WriteSession, who: Who, config: Config,
    number: Annotated[str, Form(max_length=40)], label: Label = "", why: Why = "",
) -> RedirectResponse:  # fmt: skip
    """A telephone that somebody told us."""
    await phones.add(
        session, customer_id, number, label=label, by=_by(who), why=why,
        area_code=config.home_area_code,
    )  # fmt: skip
    return _back(customer_id)


@router.post("/phones/{phone_id}")
async def change_phone(
    customer_id: Id, phone_id: Id, session: WriteSession, who: Who,
    act: Annotated[Literal["label", "confirm", "end"], Form()], label: Label = "", why: Why = "",
) -> RedirectResponse:  # fmt: skip
    """A telephone is named, confirmed, or not theirs any more."""
    if act == "confirm":
        await phones.confirm(session, customer_id, phone_id, by=_by(who))
    elif act == "end":
        await phones.end(session, customer_id, phone_id, by=_by(who), why=why)
    else:
        await phones.label(session, customer_id, phone_id, label, by=_by(who), why=why)
    return _back(customer_id)


@router.post("/roles")
async def give_role(
    customer_id: Id, session: WriteSession, who: Who, config: Config,
    account: Annotated[str, Form(max_length=20)], role: Annotated[roles.Role, Form()],
    since: Day = None, why: Why = "",
) -> RedirectResponse:  # fmt: skip
    """What they are at an account from a day on."""
    await roles.give(
        session, account, customer_id, role=role, since=since or _today(config), by=_by(who),
        why=why,
    )  # fmt: skip
    return _back(customer_id)


@router.post("/roles/{role_id}/end")
async def end_role(
    customer_id: Id, role_id: Id, session: WriteSession, who: Who, config: Config,
    until: Day = None, why: Why = "",
) -> RedirectResponse:  # fmt: skip
    """They are it no more from a day on; also what others are at this customer's accounts."""
    if role_id not in {each.id for each in await roles.around(session, customer_id)}:
        raise NotFound("role")
    await roles.end(session, role_id, until=until or _today(config), by=_by(who), why=why)
    return _back(customer_id)


def _back(customer_id: int) -> RedirectResponse:
    return RedirectResponse(f"/customers/{customer_id}/edit", status_code=303)


def _today(config: Config) -> date:
    return now().astimezone(config.zone).date()


def _by(who: Principal) -> str:
    return who.agent_number or who.name
