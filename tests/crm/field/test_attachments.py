"""Photos and the rest come in pieces, each written once; what is not what it says is refused."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import select

from crm.field import attachments
from crm.field.attachments import Announced, AttachmentRefused, WrongPiece
from crm.field.kinds import FIELD, FILE
from crm.field.media import SUFFIXES, TYPES, begins_like, plain
from crm.field.models import FieldAttachment
from crm.field.rules import FieldRules, Report, ReportRefused, check, problems, unusual
from crm.work_orders import queries, service
from mainline import definitions
from mainline.config import PROJECT
from mainline.datafile import content
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from tests.crm.field.conftest import opened
from tests.support.clock import StandingClock

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2


@pytest.fixture
def picture(clock: StandingClock) -> Announced:
    return Announced("photo-0001", "", "photo", "image/jpeg", len(JPEG), clock.at, (123.4, 41.8))


async def send(
    database: Database, home: Path, what: Announced, offset: int, piece: bytes,
    worker: str = "冯涛",
) -> FieldAttachment:  # fmt: skip
    async with database.unit_of_work() as session:
        return await attachments.receive(session, home, worker, what, offset, piece)


def of(picture: Announced, **changes: object) -> Announced:
    values = {name: getattr(picture, name) for name in Announced.__slots__}
    return Announced(**{**values, **changes})  # type: ignore[arg-type]


async def test_pieces_sent_twice_and_after_a_break_make_one_file_and_one_line(
    crew: Database, picture: Announced, tmp_path: Path
) -> None:
    number = await opened(crew)
    what = of(picture, order=number)
    assert (await send(crew, tmp_path, what, 0, JPEG[:200])).received == 200
    assert (await send(crew, tmp_path, what, 0, JPEG[:200])).received == 200
    with pytest.raises(WrongPiece) as gap:
        await send(crew, tmp_path, what, 300, JPEG[300:])
    assert gap.value.detail == "200"
    assert (await send(crew, tmp_path, what, 200, JPEG[200:])).complete_at is not None
    again = await send(crew, tmp_path, what, 0, JPEG[:200])
    assert again.received == len(JPEG)
    async with crew.reading() as session:
        row, path = await attachments.whole(session, tmp_path, what.key)
        assert path.read_bytes() == JPEG
        assert row.sha256 == hashlib.sha256(JPEG).hexdigest()
        order = await service.by_number(session, number)
        lines = [line.action for line in await queries.moves(session, order.id)]
    assert lines == ["open", "assign", "accept", "attach_photo"]


async def test_what_is_too_large_of_another_kind_or_anothers_is_refused_and_nothing_kept(
    crew: Database, picture: Announced, tmp_path: Path
) -> None:
    number = await opened(crew)
    for changes in (
        {"size": 1_000_001},
        {"media_type": "image/svg+xml"},
        {"media_type": "text/html"},
        {"kind": "signature"},
    ):
        with pytest.raises(AttachmentRefused):
            await send(crew, tmp_path, of(picture, order=number, **changes), 0, JPEG[:200])
    for piece in (b"<script>alert(1)</script>", JPEG + b"more", b""):
        with pytest.raises(AttachmentRefused):
            await send(crew, tmp_path, of(picture, order=number), 0, piece)
    with pytest.raises(NotFound):
        await send(crew, tmp_path, of(picture, order="20200101-0001"), 0, JPEG)
    async with crew.reading() as session:
        assert list(await session.scalars(select(FieldAttachment))) == []
    assert list(tmp_path.rglob("*.jpg")) == []
    await send(crew, tmp_path, of(picture, order=number), 0, JPEG[:200])
    with pytest.raises(Invalid):
        await send(crew, tmp_path, of(picture, order=number), 200, JPEG[200:], worker="孙强")


def test_every_type_is_known_by_how_it_begins_and_html_is_none() -> None:
    kinds = {media_type for types in TYPES.values() for media_type in types}
    assert kinds == set(SUFFIXES)
    assert plain("audio/webm;codecs=opus") == "audio/webm"
    assert begins_like("image/png", b"\x89PNG\r\n\x1a\n....")
    assert begins_like("video/mp4", b"\0\0\0\x18ftypmp42")
    for media_type in (*kinds, "text/html"):
        assert not begins_like(media_type, b"<!doctype html>")


@pytest.mark.parametrize("pack", ["gas", "heat", "water"])
def test_every_pack_has_words_limits_and_working_time_without_mistakes(pack: str) -> None:
    body = FieldRules.model_validate(content(PROJECT / "packs" / pack / FILE))
    assert list(problems(body)) == []
    assert definitions.kinds()[FIELD.name] is FIELD
    assert min(map(len, (body.causes, body.results, body.checks, body.materials))) >= 4


def test_a_value_is_usual_unusual_or_impossible() -> None:
    body = FieldRules.model_validate(content(PROJECT / "packs" / "heat" / FILE))

    def room(value: float) -> Report:
        return Report(measures={"room_temperature": value})

    assert unusual(body, room(20)) == []
    assert unusual(body, room(15)) == ["room_temperature"]
    check(body, "no_heat", room(15))
    for value in (-31, 61, float("nan"), float("inf")):
        with pytest.raises(ReportRefused):
            check(body, "no_heat", room(value))
    for report in (Report(cause="dug_up"), Report(materials={"valve": 51}), Report(result="x")):
        with pytest.raises(ReportRefused):
            check(body, "no_heat", report)
    turned = body.model_copy(
        update={"measures": (body.measures[0].model_copy(update={"low": 70}),)}
    )
    assert [problem.code for problem in problems(turned)] == ["limits"]
