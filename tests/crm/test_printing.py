"""Orders on paper: the words come back out of the PDF, and no page is a row of empty boxes."""

from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from crm.catalog import service as catalog
from crm.printing.drawing import NoFont, draw
from crm.printing.orders import BATCH_MAX, pdf
from crm.printing.sheet import Pairs, Sheet
from crm.work_orders import fees
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import by_number, move, open_work_order
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.errors import Invalid
from mainline.i18n import Locale, speaking
from mainline.masking import BLIND, OPEN_EYES, Eyes
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock


@pytest.fixture
async def order(sqlite_database: Database, clock: StandingClock) -> str:
    """An alteration of pipes at Wang Fang's, with fees."""
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "gas")
        home = await premise(session, await place(session, "和平区"), "幸福小区1号楼2单元501室")
        person = await customer(session, "王芳", "13800008000", accounts={"100001": home})
        opened = await open_work_order(
            session, type_code="alteration", key="k", by="8001", source="desk",
            customer_id=person.id, account_id=1, summary="厨房移表", zone=Settings().zone,
            fields={"why": "装修", "wanted_on": "2026-12-01"},
        )  # fmt: skip
        await fees.charge(session, opened.number, {"pipe": 3, "labour": 1}, by="8001")
        clock.forward(minutes=5)
        await move(session, opened.number, "approve", by="组长", note="同意施工")
        return opened.number


async def printed(
    database: Database, *numbers: str, sees: Eyes = OPEN_EYES, locale: Locale = "zh_CN"
) -> pypdfium2.PdfDocument:
    async with database.reading() as session:
        orders = [await by_number(session, number) for number in numbers]
        with speaking(locale):
            body = await pdf(session, [(one, sees) for one in orders], by="安娜")
    return pypdfium2.PdfDocument(body)


def text(document: pypdfium2.PdfDocument, page: int = 0) -> str:
    found: str = document[page].get_textpage().get_text_range()
    return found


async def test_the_form_says_in_chinese_what_the_order_says(
    sqlite_database: Database, order: str
) -> None:
    words = text(await printed(sqlite_database, order))
    for wanted in (
        *("燃气有限公司", "工作单 · 管道改造", order, "王芳", "100001", "幸福小区1号楼2单元501室"),
        *("厨房移表", "申请原因", "装修", "2026-12-01", "同意施工", "待审批", "用户签字", "安娜"),
        *("管道", "240.00", "人工", "120.00", "合计", "360.00"),
    ):
        assert wanted in words
    assert "13800008000" in words


async def test_what_somebody_may_not_see_is_not_printed_for_them(
    sqlite_database: Database, order: str
) -> None:
    words = text(await printed(sqlite_database, order, sees=BLIND))
    for hidden in ("13800008000", "王芳", "2单元501室"):
        assert hidden not in words
    for masked in ("138****8000", "王*", "幸福小区"):
        assert masked in words


async def test_the_form_speaks_english(sqlite_database: Database, order: str) -> None:
    words = text(await printed(sqlite_database, order, locale="en"))
    for wanted in ("Work order · Alteration of pipes", "Amount (yuan)", "13800008000", "(en)"):
        assert wanted in words


async def test_each_character_is_drawn_in_its_own_shape(sqlite_database: Database) -> None:
    """A font without the character would draw the same box for each of them."""
    shapes = set()
    for character in "燃气泄漏抢修工单打印":
        parts = [Pairs("", [(character, character)])]
        sheet = Sheet("", "", "1-1", "qr", parts, (), "", "")
        page = pypdfium2.PdfDocument(draw([sheet], Settings().print_font))[0]
        picture = page.render(scale=2, grayscale=True).to_numpy()
        assert (picture < 100).sum() > 200
        shapes.add(picture.tobytes())
    assert len(shapes) == 10


async def test_only_the_characters_in_use_are_embedded(
    sqlite_database: Database, order: str
) -> None:
    async with sqlite_database.reading() as session:
        body = await pdf(session, [(await by_number(session, order), OPEN_EYES)], by="x")
    assert b"/FontFile" in body
    assert len(body) < 150_000
    assert Settings().print_font.stat().st_size > 10_000_000


async def test_a_list_is_printed_each_order_on_its_page_and_not_without_end(
    sqlite_database: Database, order: str
) -> None:
    async with sqlite_database.unit_of_work() as session:
        other = await open_work_order(
            session, type_code="enquiry", key="k2", by="8001", source="desk",
            fields={"subject": "发票"},
        )  # fmt: skip
    document = await printed(sqlite_database, order, other.number)
    assert len(document) == 2
    assert "管道改造" in text(document, 0)
    assert "发票" in text(document, 1)
    assert "管道改造" not in text(document, 1)
    async with sqlite_database.reading() as session:
        one = (await by_number(session, order), OPEN_EYES)
        for wrong in ([], [one] * (BATCH_MAX + 1)):
            with pytest.raises(Invalid):
                await pdf(session, wrong, by="x")


async def test_an_order_prints_in_the_form_it_began_under(
    sqlite_database: Database, order: str, clock: StandingClock
) -> None:
    from crm.catalog.kinds import WORK_ORDER_TYPES
    from mainline import definitions

    clock.forward(hours=1)
    async with sqlite_database.unit_of_work() as session:
        now = await definitions.current(session, WORK_ORDER_TYPES.name, "company")
        body = {**now.source}
        body["print_forms"] = {
            "order": {**body["print_forms"]["order"], "title": {"zh": "施工单", "en": "Job"}}
        }
        made = await definitions.draft(session, now.kind, now.name, body, author="a")
        await definitions.publish(session, now.kind, now.name, made.version, by="a")
    clock.forward(seconds=1)
    async with sqlite_database.unit_of_work() as session:
        later = await open_work_order(
            session, type_code="enquiry", key="k3", by="8001", source="desk",
            fields={"subject": "发票"},
        )  # fmt: skip
    document = await printed(sqlite_database, order, later.number)
    assert "工作单 · 管道改造" in text(document, 0)
    assert "施工单 · 咨询" in text(document, 1)


async def test_a_company_without_the_font_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NoFont) as refused:
        draw([Sheet("", "", "1", "both", (), (), "", "")], tmp_path / "none.ttc")
    assert refused.value.code == "no-font"


async def test_fees_come_to_whole_fen_and_stand_in_the_history(
    sqlite_database: Database, order: str
) -> None:
    async with sqlite_database.reading() as session:
        row: WorkOrder = await by_number(session, order)
        lines = await fees.fees_of(session, row.id)
        assert [(line.code, line.quantity, line.amount_fen) for line in lines] == [
            ("pipe", 3, 24_000),
            ("labour", 1, 12_000),
        ]
        assert fees.total_fen(lines) == 36_000
        assert row.due_complete_at - row.opened_at > timedelta(days=5)
    async with sqlite_database.unit_of_work() as session:
        with pytest.raises(Invalid):
            await fees.charge(session, order, {"gold": 1}, by="8001")
        assert await fees.charge(session, order, {"pipe": 0}, by="8001") == []
