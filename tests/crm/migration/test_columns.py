"""Columns are read at once; what comes of each cell is what it comes to when it is read alone."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.migration import cells
from crm.migration.batches import Where, cell_reader
from crm.migration.columns import converter
from crm.migration.fields import TABLES, Field
from crm.migration.mapping import Column
from crm.migration.problems import Bad

WHERE = Where(ZoneInfo("Asia/Shanghai"), "024")
CARD = r"[1-9][0-9]{5}19[0-9]{2}0[1-9][0-9]{5}[0-9X]|[0-9]{6}\*{8}[0-9]{4}|[0-9]{4}"
SIGNS = "0123456789.,-+()¥￥元 '/;:aZ年月日号１２．，\u3000张\U00020000\ufffd\n"
MOBILE = r"(\+?86 ?|0)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
LANDLINE = r"0(10|2[0-9]|[3-9][0-9]{2})[ -]?[2-8][0-9]{6,7}"
PHONE = f"({MOBILE}|{LANDLINE}|[2-8][0-9]{{7}})"
WIDE = str.maketrans({sign: ord(sign) + 0xFEE0 for sign in "0123456789-,/+"})
CELLS = st.lists(
    st.text(SIGNS, max_size=12)
    | st.from_regex(r"[0-9]{1,3}(,[0-9]{3}){0,4}\.[0-9]{2}元?", fullmatch=True)
    | st.from_regex(rf"{PHONE}([,/;]{PHONE}){{0,9}}", fullmatch=True)
    | st.from_regex(rf"{PHONE}(,{PHONE})?", fullmatch=True).map(lambda told: told.translate(WIDE))
    | st.from_regex(r"[-0-9A-Z]{1,26}", fullmatch=True)
    | st.from_regex(CARD, fullmatch=True),
    max_size=8,
)
FIELDS = [field for fields in TABLES.values() for field in fields.values()]
COLUMNS = (
    Column(names=("x",)),
    Column(names=("x",), unit="fen", pad=8, default="0"),
    Column(names=("x",), pad=20, values={"12": "张"}),
)


@settings(max_examples=400)
@given(st.sampled_from(FIELDS), st.sampled_from(COLUMNS), CELLS)
def test_a_column_is_what_its_cells_are_one_by_one(
    field: Field, column: Column, told: list[str]
) -> None:
    read = cell_reader(field, column, WHERE)
    assert converter(field, column, read)(told) == [read(cell) for cell in told]


def test_the_greatest_amounts_are_told_as_what_they_are() -> None:
    column = Column(names=("x",))
    field = TABLES["bills"]["amount"]
    read = cell_reader(field, column, WHERE)
    told = ("99999999999.99", "999,999,999.99", "0.01", "￥1,234.50")
    assert converter(field, column, read)(told) == [9_999_999_999_999, 99_999_999_999, 1, 123_450]


@pytest.mark.parametrize(
    ("cell", "end"),
    [
        ("11010519491231002X", "002X"),  # the example of GB 11643
        ("11010519491231002x", "002X"),
        ("'110105 19491231 002X", "002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "002X"),
        ("110105491231002", "002X"),  # of the old form, whose card of today ends so
        ("110105********002X", "002X"),
        ("110105*********002X", "002X"),
        ("31002X", "002X"),
        ("0021", "0021"),
        ("110105194912310021", None),  # its check figure is another
        ("11010519491331002X", None),  # no month
        ("110105491331002", None),
        ("002", None),
        ("1234567", None),
        ("****", None),
        ("X002", None),
        ("91210100MA0P5X4T3K", None),  # a company's
        ("未登记", None),
    ],
)
def test_of_a_card_the_end_is_read_or_nothing(cell: str, end: str | None) -> None:
    assert cells.identity_of(cell) == (end or Bad("identity-unreadable"))
