"""``/api/field``: what is to be done, what was done, what was seen."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import FileResponse
from pydantic import AwareDatetime

from crm.field import attachments, positions, schemas, sync, work
from crm.field.attachments import Announced
from crm.field.doing import company_rules
from crm.field.models import FieldWorker
from crm.field.rules import AttachmentKind, working
from crm.staff.composing import composed
from mainline.clock import now
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/field", tags=["field"])
_ACT = [allow(Permission.WORK_IN_FIELD)]
Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{8,40}$")]
Number = Annotated[str, Query(pattern=r"^[0-9-]{4,20}$")]


@router.get("/orders", dependencies=_ACT)
async def read_work(session: ReadSession, who: Who, config: Config) -> schemas.WorkRead:
    """My orders and my team's, with all that is needed to work on them without a network."""
    me = await work.worker(session, who.user_id, name(who))
    rules, at = await company_rules(session), now()
    known = await session.get(FieldWorker, me.name)
    return schemas.work(
        await work.jobs(session, me), rules, at=at, me=me.name,
        agreed=known is not None and known.agreed_at is not None,
        works=working(rules, at, config.zone), sees=who.sees, roles=who.roles,
        composed=await composed(session),
    )  # fmt: skip


@router.post("/acts", dependencies=_ACT)
async def take_acts(body: schemas.ActsIn, session: WriteSession, who: Who) -> schemas.ActsRead:
    """What a device did since it was last heard of. Sent again it is answered as before.

    Each act comes in its turn (``seq`` counts from 1 on each device) and says how the order stood
    where it was done: if it stands otherwise, or what its type asks for is missing, nothing happens
    and it is left to whoever did it.
    """
    taken = await sync.take(
        session, name(who), body.device, body.acts, at=now(), roles=who.roles
    )  # fmt: skip
    numbers = {act.key: act.order for act in body.acts}
    results = [schemas.ActRead.of(row, numbers[row.key], who.sees) for row in taken.acts]
    return schemas.ActsRead(results=results, expected=taken.expected)


@router.put("/attachments/{key}", dependencies=_ACT)
async def put_attachment(
    key: Key,
    request: Request,
    session: WriteSession,
    who: Who,
    config: Config,
    order: Number,
    kind: AttachmentKind,
    size: Annotated[int, Query(ge=1, le=100_000_000)],
    taken_at: AwareDatetime,
    offset: Annotated[int, Query(ge=0)] = 0,
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
    content_type: Annotated[str, Header(max_length=100)] = "",
) -> schemas.AttachmentRead:
    """One piece of a photo, signature, sound or video; again it changes nothing."""
    point = (lon, lat) if lon is not None and lat is not None else None
    what = Announced(key, order, kind, content_type, size, taken_at, point)
    piece = await request.body()
    row = await attachments.receive(session, config.home, name(who), what, offset, piece)
    return schemas.AttachmentRead.model_validate(row)


@router.get("/attachments/{key}", dependencies=[allow(Permission.SEE_WORK_ORDERS)])
async def read_attachment(key: Key, session: ReadSession, config: Config) -> FileResponse:
    """The photo, signature, sound or video itself."""
    row, path = await attachments.whole(session, config.home, key)
    return FileResponse(path, media_type=row.media_type, content_disposition_type="inline")


@router.put("/consent", dependencies=_ACT)
async def put_consent(
    body: schemas.ConsentIn, session: WriteSession, who: Who
) -> schemas.ConsentIn:  # fmt: skip
    """Agree to be found in working time, or take it back: what was known is forgotten then."""
    await positions.agree(session, name(who), agreed=body.agreed, at=now())
    return body


@router.post("/positions", dependencies=_ACT)
async def post_positions(
    body: schemas.FixesIn, session: WriteSession, who: Who, config: Config
) -> schemas.KeptRead:
    """A piece of one's own track; what lies outside working time is not kept."""
    fixes = [positions.Fix(**one.model_dump()) for one in body.fixes]
    kept = await positions.report(session, name(who), fixes, at=now(), zone=config.zone)
    return schemas.KeptRead(kept=kept)


def name(who: Principal) -> str:
    """As orders know them."""
    return who.agent_number or who.name
