"""What an agent writes down about a call: who it was, what about, what is to be done."""

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.agent.forms import CandidateForm, OrderForm, TheirsForm, WrapupForm
from agentdesk.panels.caller import caller
from crm.customers import phones
from crm.customers import queries as customers
from crm.interactions import service as interactions
from crm.life_cycle.instead import ask_as_order, kind_instead
from crm.life_cycle.models import LifeRequest
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import open_work_order
from mainline.config import Settings
from mainline.errors import Forbidden, MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import call_subject
from mainline.journal import append, entries_after
from mainline.journal.call_events import CallDisposed, CallerIdentified
from mainline.permissions import Permission
from mainline.web import Principal


class NotNoted(MainlineError):
    """Wrap-up ends when it is written down what the call was about."""

    code = "not-noted"
    words = Text("Note first what the call was about.")


async def own_call(session: AsyncSession, agent: str, call_id: str) -> None:
    """Refuses calls that this agent had no part in, and those that never were."""
    told = await entries_after(session, 0, subject=call_subject(call_id))
    if not any(getattr(entry.event, "agent", None) == agent for entry in told):
        raise NotFound("call")


async def check_noted(session: AsyncSession, agent: str, call_id: str) -> None:
    """Refuses a call that this agent has not noted."""
    told = await entries_after(session, 0, subject=call_subject(call_id))
    mine = (one.event for one in told if getattr(one.event, "agent", None) == agent)
    if not any(isinstance(event, CallDisposed) for event in mine):
        raise NotNoted


async def choose(session: AsyncSession, agent: str, form: CandidateForm) -> None:
    """The agent knows which of several customers calls: a fact like any identification."""
    await own_call(session, agent, form.call_id)
    found = await customers.view(session, form.customer_id)
    account = next((each.id for each in found.accounts if each.id == form.account_id), None)
    fact = CallerIdentified(
        subject=call_subject(form.call_id),
        how="choice",
        customer_id=form.customer_id,
        account_id=account,
    )
    await append(session, fact)


async def confirm(session: AsyncSession, settings: Settings, agent: str, form: TheirsForm) -> None:
    """The number of the agent's own call is that of whom the call is with, and of nobody else."""
    await own_call(session, agent, form.call_id)
    view = await caller(session, settings, form.call_id)
    if view.customer is None or view.customer.customer.id != form.customer_id:
        raise NotFound("customer")
    await phones.confirm_caller(
        session, form.customer_id, view.number, by=agent, call_id=form.call_id,
        area_code=settings.home_area_code,
    )  # fmt: skip


async def dispose(session: AsyncSession, agent: str, form: WrapupForm) -> None:
    """Reason, fields and notes of the call."""
    await own_call(session, agent, form.call_id)
    await interactions.dispose(
        session,
        form.call_id,
        agent=agent,
        reason=form.reason,
        fields=form.fields,
        notes=form.notes,
        customer_id=form.customer_id,
    )


async def open_order(
    session: AsyncSession, form: OrderForm, who: Principal, *, by: str, zone: ZoneInfo
) -> WorkOrder | LifeRequest:
    """A work order, or the request that is made instead; pressing twice opens one."""
    key = f"desk:{form.key}"
    if await kind_instead(session, form.type):
        if not who.may(Permission.MAKE_REQUESTS):
            raise Forbidden
        return await ask_as_order(
            session, type_code=form.type, key=key, by=by, zone=zone, account_id=form.account_id,
            call_id=form.call_id, summary=form.summary, fields=form.fields,
        )  # fmt: skip
    return await open_work_order(
        session,
        type_code=form.type,
        key=key,
        by=by,
        source="desk",
        customer_id=form.customer_id,
        account_id=form.account_id,
        call_id=form.call_id,
        summary=form.summary,
        fields=form.fields,
        zone=zone,
    )
