"""Lists leave the house only watermarked, for a reason, and above a limit after a second yes."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from crm.exports import service
from crm.exports.events import ExportAsked, ExportDecided, ExportTaken
from crm.exports.files import Format, written
from crm.exports.lists import Wanted
from crm.exports.models import DataExport
from crm.privacy.rules import PrivacyRules
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import Forbidden, MainlineError, NotFound
from mainline.i18n import speaking
from mainline.journal import Event, entries_after
from mainline.web import Principal
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock

ZONE = Settings().zone
CHEN = Principal(1, "chen", frozenset({"leader"}), agent_number="8000")
ZHAO = Principal(2, "zhao", frozenset({"leader"}), agent_number="8010")
ROOT = Principal(3, "root", frozenset({"admin"}))
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _cells(body: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        tree = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [
        [cell.findtext(f".//{SHEET}t") or "" for cell in row] for row in tree.iter(f"{SHEET}row")
    ]


async def _publish(database: Database, **exports: int) -> None:
    rules = PrivacyRules.model_validate({"exports": exports}).model_dump(mode="json")
    async with database.unit_of_work() as session:
        new = await definitions.draft(session, "privacy", "company", rules, author="t")
        await definitions.publish(session, "privacy", "company", new.version, by="t")


async def _ask(database: Database, who: Principal = CHEN, reason: str = "年审") -> DataExport:
    async with database.unit_of_work() as session:
        return await service.ask(session, who, "customers", Wanted(), reason=reason)


async def _take(
    database: Database, number: str, who: Principal = CHEN, form: Format = "csv"
) -> list[list[str]]:
    async with database.unit_of_work() as session:
        with speaking("en"):
            body = await service.take(session, who, number, form, zone=ZONE)
    if form == "xlsx":
        return _cells(body)
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


async def _facts(database: Database, number: str) -> list[Event]:
    async with database.reading() as session:
        return [e.event for e in await entries_after(session, 0, subject=f"export:{number}")]


# --- the file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_csv_is_a_formula(start: str) -> None:
    body = written("csv", ["Name"], [[f"{start}1+1"]], "EX-000001")
    [_head, row] = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert row == [f"'{start}1+1", "EX-000001"]


def test_a_workbook_holds_texts_and_its_mark_in_every_row_and_on_every_page() -> None:
    rows = [["王芳 <&>\x00", "=1+1"], ["李", ""]]
    body = written("xlsx", ["Name", "Note", "Watermark"], rows, "EX-1 · A&B")
    assert _cells(body) == [
        ["Name", "Note", "Watermark"],
        ["王芳 <&>", "=1+1", "EX-1 · A&B"],
        ["李", "", "EX-1 · A&B"],
    ]
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert book.testzip() is None
    assert "<oddHeader>&amp;CEX-1 · A&amp;&amp;B</oddHeader>" in sheet
    assert "<f>" not in sheet


# --- who may -----------------------------------------------------------------------------------


async def test_a_small_list_is_fetched_at_once_with_who_when_and_number_in_every_row(
    town: Database,
) -> None:
    row = await _ask(town)
    assert (row.number, row.state) == ("EX-000001", "approved")
    head, *rows = await _take(town, row.number)
    assert head == ["Number", "Name", "Class", "Telephone", "Account", "Address", "Watermark"]
    assert len(rows) == row.rows > 5
    assert {each[-1] for each in rows} == {"EX-000001 · 8000 · 2026-11-23 10:00"}
    assert rows[0][1] == "王芳"
    asked, taken = await _facts(town, row.number)
    assert isinstance(asked, ExportAsked)
    assert isinstance(taken, ExportTaken)
    assert (asked.by, asked.reason, asked.alone) == ("8000", "年审", True)
    assert (taken.by, taken.rows, taken.masked, taken.format) == ("8000", row.rows, False, "csv")


async def test_a_large_list_needs_a_second_person_and_never_oneself(town: Database) -> None:
    await _publish(town, alone_rows=3)
    number = (await _ask(town)).number
    with pytest.raises(service.NotApproved):
        await _take(town, number)
    async with town.unit_of_work() as session:
        with pytest.raises(service.OwnExport):
            await service.decide(session, CHEN, number, "approved")
    async with town.unit_of_work() as session:
        await service.decide(session, ZHAO, number, "approved", note="可以")
    async with town.unit_of_work() as session:
        with pytest.raises(service.Decided):
            await service.decide(session, ROOT, number, "refused")
    assert len(await _take(town, number)) > 3
    decided = [each for each in await _facts(town, number) if isinstance(each, ExportDecided)]
    assert [(each.by, each.verdict, each.note) for each in decided] == [
        ("8010", "approved", "可以")
    ]


async def test_a_refused_or_expired_one_or_that_of_others_is_not_fetched(
    town: Database, clock: StandingClock
) -> None:
    await _publish(town, alone_rows=3, hours=2)
    refused, late, old = [(await _ask(town)).number for _each in range(3)]
    async with town.unit_of_work() as session:
        await service.decide(session, ZHAO, refused, "refused")
        await service.decide(session, ZHAO, old, "approved")
    with pytest.raises(service.NotApproved):
        await _take(town, refused)
    with pytest.raises(NotFound):
        await _take(town, old, who=ZHAO)
    assert len(await _take(town, old)) > 3
    clock.forward(hours=2)
    with pytest.raises(service.Expired):
        await _take(town, old)
    async with town.unit_of_work() as session:
        with pytest.raises(service.Expired):
            await service.decide(session, ZHAO, late, "approved")


async def test_what_the_role_may_not_see_is_masked_in_the_file(town: Database) -> None:
    clerk = Principal(4, "liu", frozenset({"cashier"}))
    row = await _ask(town, clerk)
    _head, first, *_rest = await _take(town, row.number, clerk, "xlsx")
    assert first[1] == "王芳"
    assert first[3].startswith("138****")
    assert "****" in first[5]
    assert "501" not in first[5]
    async with town.unit_of_work() as session:
        with pytest.raises(Forbidden):
            await service.ask(session, clerk, "calls", Wanted(), reason="x")


@pytest.mark.parametrize(
    ("rules", "reason", "error"),
    [
        ({}, "  ", service.NoReason),
        ({"rows_max": 3}, "年审", service.TooLarge),
        ({"a_day": 1}, "年审", service.TooManyExports),
    ],
)
async def test_what_is_too_much_or_without_a_reason_is_refused(
    town: Database, rules: dict[str, int], reason: str, error: type[MainlineError]
) -> None:
    await _publish(town, **rules)
    if "a_day" in rules:
        await _ask(town)
    with pytest.raises(error):
        await _ask(town, reason=reason)


async def test_the_file_never_has_more_rows_than_were_asked_for(
    town: Database, clock: StandingClock
) -> None:
    row = await _ask(town)
    async with town.unit_of_work() as session:
        kept = await session.get(DataExport, row.id)
        assert kept is not None
        kept.rows = 2
    assert len(await _take(town, row.number)) == 1 + 2


async def test_only_who_may_export_asks_and_only_leaders_decide(as_role: AsRole) -> None:
    body = {"what": "customers", "reason": "年审"}
    for role in ("agent", "quality", "cashier", "field", "dispatcher"):
        assert (await as_role(role).post("/exports", json=body)).status_code == 403
        assert (await as_role(role).get("/exports")).status_code == 403
    answer = await as_role("leader").post("/exports", json=body)
    assert answer.status_code == 201
    number = answer.json()["number"]
    decide = f"/exports/{number}/decision"
    refused = await as_role("agent").post(decide, json={"verdict": "approved"})
    assert refused.status_code == 403
    file = await as_role("leader").get(f"/exports/{number}/file", params={"format": "csv"})
    assert file.headers["content-disposition"] == f'attachment; filename="{number}.csv"'
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert (await as_role("admin").get(f"/exports/{number}/file")).status_code == 404


async def test_orders_and_calls_of_a_time_are_lists_too(town: Database) -> None:
    never = Wanted(until=datetime(2020, 1, 1, tzinfo=UTC))
    since = Wanted(since=datetime(2026, 11, 1, tzinfo=UTC))
    async with town.unit_of_work() as session:
        none = await service.ask(session, CHEN, "orders", never, reason="x")
        some = await service.ask(session, CHEN, "orders", since, reason="x")
        calls = await service.ask(session, CHEN, "calls", Wanted(), reason="x")
    assert (none.rows, calls.rows) == (0, 0)
    assert some.rows > 0
    head, *rows = await _take(town, some.number)
    assert (head[0], len(rows)) == ("Number", some.rows)
    assert len(await _take(town, calls.number)) == 1
    assert some.expires_at == some.asked_at + timedelta(hours=24)
