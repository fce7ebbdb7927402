"""Take in what devices in the field did: each act once, in its turn, on the order it meant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.field import doing
from crm.field.acting import ActIn, Seen
from crm.field.events import FieldConflict, FieldDecided
from crm.field.models import FieldAct, FieldDevice
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder, WorkOrderMove
from crm.work_orders.noting import note
from mainline.errors import Forbidden, Invalid, MainlineError
from mainline.i18n import LOCALES, Text
from mainline.journal import append

LINES_SHOWN: Final = 5
MINE, THEIRS = "mine", "theirs"


class OtherDevice(Forbidden):
    """The device belongs to somebody else."""

    code = "other-device"
    words = Text("This device is somebody else's.")


class KeyReused(Invalid):
    """The same key stands for something else."""

    code = "key-reused"
    words = Text("This act has the key of another one.")


class ChangedAgain(MainlineError):
    """The order has changed since it was looked at."""

    code = "changed-again"
    words = Text("The order has changed once more. Please look at it again.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of acts; ``expected``: the number of the device's next one."""

    acts: Sequence[FieldAct]
    expected: int


@dataclass(frozen=True, slots=True)
class Taking:
    """When it comes in, and with which roles."""

    at: datetime
    roles: Collection[str] | None


async def take(
    session: AsyncSession,
    worker: str,
    device_code: str,
    acts: Sequence[ActIn],
    *,
    at: datetime,
    roles: Collection[str] | None = None,
) -> Taken:
    """Take them in, one after the other. What was taken in before is answered as it was then.

    An act whose turn has not come yet is left out, with all behind it: it is sent again.
    ``roles``: the worker's (None: they may do everything).
    """
    when = Taking(at, roles)
    device = await _device(session, worker, device_code, at)
    locked = await _locked(session, {act.order for act in acts})
    answered: list[FieldAct] = []
    for act in acts:
        known = await _known(session, device, act)
        if known is None and act.seq != device.taken + 1:
            break
        answered.append(known or await _new(session, device, locked.get(act.order), act, when))
    return Taken(answered, device.taken + 1)


async def _device(
    session: AsyncSession, worker: str, code: str, at: datetime
) -> FieldDevice:  # fmt: skip
    wanted = select(FieldDevice).where(FieldDevice.code == code).with_for_update()
    device = await session.scalar(wanted)
    if device is None:
        try:
            async with session.begin_nested():
                session.add(FieldDevice(code=code, worker=worker, seen_at=at))
        except IntegrityError:
            pass  # the same request came twice at once
        device = (await session.scalars(wanted)).one()
    if device.worker != worker:
        raise OtherDevice
    device.seen_at = at
    return device


async def _locked(session: AsyncSession, numbers: set[str]) -> dict[str, WorkOrder]:
    """All at once and in one order: two devices never wait for one another."""
    found = await session.scalars(
        select(WorkOrder)
        .where(WorkOrder.number.in_(numbers))
        .order_by(WorkOrder.number)
        .with_for_update()
    )
    return {order.number: order for order in found}


async def _known(session: AsyncSession, device: FieldDevice, act: ActIn) -> FieldAct | None:
    found: FieldAct | None = await session.scalar(select(FieldAct).where(FieldAct.key == act.key))
    if found is not None and (found.device_id, found.seq) != (device.id, act.seq):
        raise KeyReused
    return found


async def _new(
    session: AsyncSession, device: FieldDevice, order: WorkOrder | None, act: ActIn, when: Taking
) -> FieldAct:
    row = FieldAct(
        key=act.key, device_id=device.id, seq=act.seq, worker=device.worker, kind=act.kind,
        action=act.action, body=act.body(), based_on=act.based_on.model_dump(), acted_at=act.at,
        work_order_id=order.id if order else None, outcome="done", theirs={}, words={}, code="",
    )  # fmt: skip
    try:
        async with session.begin_nested():
            await _act(session, order, row, when)
    except MainlineError as why:
        row.outcome, row.code = "refused", why.code
        row.words = {locale: why.words.to(locale, **why.values) for locale in LOCALES}
        if order is not None:
            await session.refresh(order)  # as if nothing had been tried
            if row.kind == "move" and isinstance(why, doing.TO_BE_MENDED):
                await _conflict(session, order, row, when.at)
    session.add(row)
    device.taken = act.seq
    await session.flush()
    return row


async def _act(session: AsyncSession, order: WorkOrder | None, row: FieldAct, when: Taking) -> None:
    if order is None:
        raise doing.NoSuchOrder
    stands = Seen.of((await orders.standing_of(session, order, at=when.at)).state)
    fits = stands.model_dump() == row.based_on
    if row.kind == "choose":
        if not fits:
            raise ChangedAgain
        await _choose(session, order, row, when)
    elif fits and not await waiting(session, order.id, row.worker):
        moment = await _moment(session, order, row.acted_at, when.at)
        await doing.do(session, order, row, at=moment, roles=when.roles)
    else:
        await _conflict(session, order, row, when.at)


async def waiting(session: AsyncSession, order_id: int, worker: str) -> Sequence[FieldAct]:
    """What this person did with the order and nobody has decided about, in its order."""
    found = await session.scalars(
        select(FieldAct)
        .where(FieldAct.work_order_id == order_id, FieldAct.worker == worker)
        .where(FieldAct.outcome == "conflict")
        .order_by(FieldAct.id)
    )
    return found.all()


async def _conflict(session: AsyncSession, order: WorkOrder, row: FieldAct, at: datetime) -> None:
    """Nothing happens; whoever did it decides."""
    stands = Seen.of((await orders.standing_of(session, order, at=at)).state)
    row.outcome, row.theirs = "conflict", await theirs(session, order, stands)
    fact = FieldConflict(
        subject=f"work_order:{order.id}", number=order.number, by=row.worker, action=row.action,
        key=row.key,
    )  # fmt: skip
    await append(session, fact)


async def theirs(session: AsyncSession, order: WorkOrder, stands: Seen) -> dict[str, object]:
    """The other side: how the order stands, and what was done with it last."""
    types = (await catalog.work_order_types(session, order.type_version)).body
    label = types.step(order.type_code, order.step).label
    mine = select(WorkOrderMove).where(WorkOrderMove.work_order_id == order.id)
    newest = await session.scalars(mine.order_by(WorkOrderMove.id.desc()).limit(LINES_SHOWN))
    lines = [
        {"at": line.at.isoformat(), "by": line.by, "action": line.action, "note": line.note[:200]}
        for line in reversed(newest.all())
    ]
    closed = order.closed_at is not None
    told = {"label": label.model_dump(), "closed": closed, "lines": lines}
    return {**stands.model_dump(), **told}


async def _choose(session: AsyncSession, order: WorkOrder, row: FieldAct, when: Taking) -> None:
    if row.action not in {MINE, THEIRS}:
        raise Invalid("action")
    found = await waiting(session, order.id, row.worker)
    for one in found:
        if row.action == MINE:
            given = {**one.body.get("fields", {}), **row.body["fields"]}
            one.body = {**one.body, "fields": given}
            await doing.do(session, order, one, at=when.at, roles=when.roles)
        one.outcome = "done" if row.action == MINE else "dropped"
        one.decided_at, one.decided_by = when.at, row.worker
    if found and row.action == THEIRS:
        told = [await doing.told(session, order, one) for one in found]
        text = "；".join(part for part in told if part)
        await note(session, order, "field_dropped", by=row.worker, text=text, at=when.at)
    fact = FieldDecided(
        subject=f"work_order:{order.id}", number=order.number, by=row.worker, choice=row.action,
        acts=len(found),
    )  # fmt: skip
    await append(session, fact)


async def _moment(
    session: AsyncSession, order: WorkOrder, acted_at: datetime, at: datetime
) -> datetime:
    """When it was done, as the device says: not before what the order stood on, not in future."""
    since = await session.scalar(
        select(func.max(WorkOrderMove.at)).where(
            WorkOrderMove.work_order_id == order.id, WorkOrderMove.action.not_in(doing.ONLY_TOLD)
        )
    )
    earliest = max(since or order.opened_at, at - timedelta(days=doing.BELIEVED_DAYS))
    return min(max(acted_at, earliest), at)
