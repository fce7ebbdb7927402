"""The generated company's meters and old work orders."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from crm.migration.sample import dirt, town

if TYPE_CHECKING:
    from crm.migration.sample.company import Company

Row = tuple[list[str], tuple[str, ...], str]
METERS: Final[Mapping[str, tuple[str, str]]] = {
    "no-day": ("empty", "refused"),
    "twice": ("same-again", "again"),
    "taken": ("number-taken", "refused"),
    "stranger": ("account-unknown", "refused"),
}
ORDERS: Final[Mapping[str, tuple[str, str]]] = {
    "odd-type": ("unknown-word", "refused"),
    "reversed": ("dates-reversed", "refused"),
    "twice": ("same-again", "again"),
    "stranger": ("account-unknown", "refused"),
}
_HEADINGS: Final = ["表号", "户号", "单位", "最近读数", "读数日期"]
_TYPES: Final = ("投诉", "咨询", "抄表复核")
_ORDERS_A_CUSTOMER: Final = 5


def write_meters(company: "Company", folder: Path, *, as_sheet: bool) -> None:
    """A sheet with two title rows, or a text file when it would be too long for one."""
    if not as_sheet:
        with (folder / "表具.csv").open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADINGS)
            writer.writerows(_told(company, "表具.csv", 1, "meters", _meters(company)))
        return
    from openpyxl import Workbook  # only who reads or writes a workbook waits for it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("表具台账")
    sheet.append(["表具台账"])
    sheet.append([])
    sheet.append(_HEADINGS)
    for row in _told(company, "表具.xlsx", 3, "meters", _meters(company)):
        sheet.append(row)
    book.save(folder / "表具.xlsx")


def write_orders(company: "Company", folder: Path) -> None:
    """A text file with tabs."""
    with (folder / "工单.txt").open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["工单号", "户号", "工单类型", "受理时间", "完成时间", "内容", "联系人"])
        writer.writerows(_told(company, "工单.txt", 1, "orders", _orders(company)))


def _told(
    company: "Company", file: str, above: int, table: str, rows: Iterator[Row]
) -> Iterator[list[str]]:
    """The rows' cells; what must become of them is kept with the truth."""
    for number, (cells, codes, verdict) in enumerate(rows, above + 1):
        company.truth.row(table, file, number, codes, verdict)
        yield cells


def _meters(company: "Company") -> Iterator[Row]:
    count, dice = company.size.customers, company.dice("meters")
    mistakes = dirt.spread(company.dice("odd meters"), list(METERS), count, company.size.dirt)
    for index in range(count):
        yield from _meter(company, index, mistakes.get(index, ""), dice)


def _meter(company: "Company", index: int, mistake: str, dice: Random) -> Iterator[Row]:
    number = town.account(index)
    when = date(2024, 3, 1) + timedelta(days=dice.randrange(30))
    shown = f"{dice.randrange(1, 99_999):,}"
    row = [f"M{number}", number, dice.choice(("", "吨", "立方米")), shown, dirt.day(when, dice)]
    code, verdict = METERS.get(mistake, ("", "imported"))
    if mistake == "stranger":
        yield [row[0], f"9{number[1:]}", *row[2:]], (code,), verdict
        return
    if mistake == "no-day":
        yield [*row[:4], ""], (code,), verdict
        return
    known = company.comes_in(index)
    yield row, () if known else ("account-unknown",), "imported" if known else "refused"
    if mistake == "twice":
        yield row, (code if known else "account-unknown",), verdict if known else "refused"
    elif mistake == "taken":
        other = next(i for i in range(company.size.customers) if i != index and company.comes_in(i))
        again = [row[0], town.account(other), *row[2:]]
        yield again, (code,) if known else (), verdict if known else "imported"


def _orders(company: "Company") -> Iterator[Row]:
    count, dice = company.size.customers // _ORDERS_A_CUSTOMER, company.dice("orders")
    mistakes = dirt.spread(company.dice("odd orders"), list(ORDERS), count, company.size.dirt)
    for at in range(count):
        yield from _order(company, at, mistakes.get(at, ""), dice)


def _order(company: "Company", at: int, mistake: str, dice: Random) -> Iterator[Row]:
    index = at * _ORDERS_A_CUSTOMER
    opened = date(2023, 1, 5) + timedelta(days=dice.randrange(300))
    closed = opened + timedelta(days=dice.randrange(1, 9))
    ended = f"{closed:%Y-%m-%d} 16:30" if dice.randrange(5) else ""
    row = [
        f"GD{at:08d}", town.account(index), dice.choice(_TYPES), f"{opened:%Y/%m/%d} 08:30:00",
        ended, "不热，请上门查看", town.person(dice),
    ]  # fmt: skip
    code, verdict = ORDERS.get(mistake, ("", "imported"))
    spoiled = {
        "odd-type": [*row[:2], "外星来访", *row[3:]],
        "reversed": [*row[:4], "2020-01-01", *row[5:]],
        "stranger": [row[0], f"9{row[1][1:]}", *row[2:]],
    }
    if mistake in spoiled:
        yield spoiled[mistake], (code,), verdict
        return
    known = company.comes_in(index)
    yield row, () if known else ("account-unknown",), "imported" if known else "refused"
    if mistake == "twice":
        yield row, (code if known else "account-unknown",), verdict if known else "refused"
