"""Columns are read at once; what comes of each cell is what it comes to when it is read alone."""

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from crm.migration.batches import Where, cell_reader
from crm.migration.columns import converter
from crm.migration.fields import TABLES, Field
from crm.migration.mapping import Column

WHERE = Where(ZoneInfo("Asia/Shanghai"), "024")
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
    | st.from_regex(r"[-0-9A-Z]{1,26}", fullmatch=True),
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
