"""``/outbound``: the agent's next task, with the customer's data before the call."""

from typing import Annotated, Any, Final, Literal, cast

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.outbound import leading, words
from agentdesk.panels.caller import CallerView, add_customer
from agentdesk.panels.contacts import contacts, open_orders
from agentdesk.panels.words import CALLER_WORDS
from agentdesk.shell import render
from crm.campaigns import queries, tasks
from crm.campaigns.tasks import Result, Taken
from crm.staff import queries as staff
from crm.work_orders.models import WorkOrder
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.i18n import Text
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.call_events import CallerIdentified
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/outbound", dependencies=[allow(Permission.SEE_CAMPAIGNS)])
router.include_router(leading.router)
_CALLS: Final = [allow(Permission.CALL_OUT)]
_RUNS: Final = [allow(Permission.RUN_CAMPAIGNS)]
HOME: Final = "/outbound"
AGENT_RESULTS: Final = ("satisfied", "not_satisfied", "not_reached", "refused", "wrong_number")


class NoAgent(MainlineError):
    """Somebody without a telephone."""

    code = "no-telephone"
    words = Text("You have no agent number, so there is no telephone for you.")


class OffDuty(MainlineError):
    """The agent has not begun their duty."""

    code = "off-duty"
    words = Text("Begin your duty at the desk first: your telephone is rung to call.")


async def agent_number(who: Who) -> str:
    """The agent's number, or a refusal."""
    if who.agent_number is None:
        raise NoAgent
    return who.agent_number


Number = Annotated[str, Depends(agent_number)]


@router.get("")
async def home(request: Request, session: ReadSession, settings: Config, who: Who) -> Response:
    """The agent's task with the customer's data; leaders are led to the campaigns."""
    if who.agent_number is None or not who.may(Permission.CALL_OUT):
        return RedirectResponse(f"{HOME}/campaigns", status_code=303)
    taken = await tasks.present(session, who.agent_number)
    values = await _shown(session, settings, taken) if taken else {}
    return render(
        request,
        "outbound/task.html",
        taken=taken,
        waiting=await queries.open_visits(session),
        words=CALLER_WORDS,
        ours=words,
        results=AGENT_RESULTS,
        runs=who.may(Permission.RUN_CAMPAIGNS),
        may_call_out=False,
        **{"view": None, "contacts": (), "orders": (), "order": None, **values},
    )


async def _shown(session: AsyncSession, settings: Settings, taken: Taken) -> dict[str, Any]:
    """All that helps before the call: customer, accounts, orders, last contacts."""
    task = taken.task
    view = CallerView(call_id="", number=task.number)
    if task.customer_id is not None:
        await add_customer(session, settings, view, task.customer_id)
    order = await session.get(WorkOrder, task.work_order_id) if task.work_order_id else None
    return {
        "view": view,
        "contacts": await contacts(session, "", task.customer_id, task.number),
        "orders": await open_orders(session, task.customer_id),
        "may_book": False,
        "order": order,
    }


@router.post("/next", dependencies=_CALLS)
async def take_next(session: WriteSession, number: Number, settings: Config) -> RedirectResponse:
    """The next task is this agent's."""
    await tasks.take(session, number, zone=settings.zone)
    return RedirectResponse(HOME, status_code=303)


@router.post("/tasks/{task_id}/call", dependencies=_CALLS)
async def call(task_id: int, request: Request, number: Number) -> RedirectResponse:
    """Ring the agent's own telephone, then the customer."""
    database: Database = request.app.state.database
    async with database.unit_of_work() as session:
        me = await staff.agent(session, number)
        if me.word == "closed":
            raise OffDuty
        task = await tasks.number_to_call(session, task_id, agent=number)
        wanted, customer_id = task.number, task.customer_id
    call_id = await request.app.state.switchboard.call_out(number, _station(me.station), wanted)
    async with database.unit_of_work() as session:
        await tasks.called(session, task_id, call_id)
        if customer_id is not None:
            known = CallerIdentified(
                subject=call_subject(call_id), how="choice", customer_id=customer_id, candidates=1
            )
            await append(session, known)
    return RedirectResponse(HOME, status_code=303)


def _station(word: str) -> Literal["softphone", "phone"]:
    return "phone" if word == "phone" else "softphone"


@router.post("/tasks/{task_id}/result", dependencies=_CALLS)
async def finish(
    task_id: int,
    request: Request,
    session: WriteSession,
    number: Number,
    settings: Config,
    result: Annotated[str, Form(pattern=f"^({'|'.join(AGENT_RESULTS)})$")],
    notes: Annotated[str, Form(max_length=tasks.NOTES_CHARS_MAX)] = "",
) -> RedirectResponse:
    """What came of it; then the next one."""
    form = await request.form()
    asked = {key[2:]: value for key, value in form.items() if key.startswith("q_") and value}
    await tasks.finish(
        session, task_id, agent=number, result=cast(Result, result), notes=notes,
        answers={key: _plain(value) for key, value in asked.items()},
        zone=settings.zone,
    )  # fmt: skip
    await tasks.take(session, number, zone=settings.zone)
    return RedirectResponse(HOME, status_code=303)


def _plain(value: object) -> object:
    """A form knows texts only."""
    text = str(value).strip()
    return {"yes": True, "no": False}.get(text, text)


@router.post("/tasks/{task_id}/return", dependencies=_CALLS)
async def give_back(task_id: int, session: WriteSession, number: Number) -> RedirectResponse:
    """Somebody else may take it."""
    await tasks.give_back(session, task_id, agent=number)
    return RedirectResponse(HOME, status_code=303)
