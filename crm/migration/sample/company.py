"""Write the files of a company, of any size from a seed, and tell the truth about them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

from crm.migration.sample import dirt, others, town
from crm.migration.sample.truth import Truth
from mainline.money import yuan

PERIODS: Final = 7
SHEET_ROWS_MAX: Final = 60_000
"""What is more goes into a text file: no person opens such a sheet."""
_FIRST_YEAR: Final = 2019
_CHANNELS: Final = {"柜台": "counter", "微信": "wechat", "支付宝": "alipay", "银行代扣": "bank"}
_CLASSES: Final = {"居民": "residential", "": "residential", "商业": "commercial"}
AREA_CODE: Final = "024"
_NO_PLACE: Final = "2单元501室"


@dataclass(frozen=True, slots=True)
class Size:
    """How large it is, and how dirty: the share of rows with a mistake."""

    customers: int
    dirt: float = 0.02
    seed: int = 1
    cards: bool = False
    """Whether the books tell of identity cards; to seal one takes a hundredth of a second."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as they really are."""

    account: str
    name: str
    customer_class: str
    address: str
    phones: tuple[str, ...]
    id_tail: str = ""


class Company:
    """Everything about it is computed again whenever it is asked: nothing grows with its size."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.truth = Truth()
        kinds = list(dirt.CUSTOMERS)
        dice = self.dice("mistakes")
        self._mistakes = dirt.spread(dice, kinds, size.customers, size.dirt)
        self.customers: list[Customer] = []
        """Those that must come in; only kept when asked for."""

    def write(self, folder: Path, *, keep: bool = False, core: bool = False) -> Truth:
        """All files. ``keep``: remember the customers; ``core``: only places, customers, bills."""
        folder.mkdir(parents=True, exist_ok=True)
        self._places(folder / "小区地址.csv")
        self._customers(folder / "客户资料.csv", keep)
        self._bills(folder / "账单.csv")
        if not core:
            as_sheet = self.size.customers <= SHEET_ROWS_MAX
            others.write_meters(self, folder, as_sheet=as_sheet)
            self._payments(folder)
            others.write_orders(self, folder)
        self._totals(folder / "合计.csv", core)
        return self.truth

    def dice(self, what: str) -> Random:
        """The same throws for the same seed and purpose."""
        return Random(f"{self.size.seed}/{what}")  # noqa: S311 - the same every time

    def _places(self, path: Path) -> None:
        count = -(-self.size.customers // town.HOMES_A_COMMUNITY)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["区", "街道", "小区", "别名"])
            for number in range(count):
                one = town.community(number)
                writer.writerow([one.district, one.street, one.name, one.alias])
                self.truth.row("places", path.name, number + 2, (), "imported")

    def _customers(self, path: Path, keep: bool) -> None:
        dice = self.dice("customers")
        with path.open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["某某供热公司客户资料"])
            writer.writerow(["导出时间：2024年5月1日", "", "", "", "", "", "", ""])
            above, below = (["证件"], ["身份证号"]) if self.size.cards else ([], [])
            writer.writerow(["基本信息", "", "", "", "", "联系方式", "", "备注", *above])
            writer.writerow(
                ["户号", "户名", "客户类别", "地址", "面积", "手机", "固话", "", *below]
            )
            number = 4
            for index in range(self.size.customers):
                for row, found, verdict in self._customer(index, dice, keep):
                    number += 1
                    cells, codes = self._with_card(index, row, found)
                    writer.writerow(cells)
                    self.truth.row("customers", path.name, number, codes, verdict)

    def _customer(
        self, index: int, dice: Random, keep: bool
    ) -> Iterator[tuple[list[str], tuple[str, ...], str]]:
        """The row, and after it another one where that is the mistake."""
        home, name = town.home(index), town.person(dice)
        kind, area = dice.choice(list(_CLASSES)), dice.randrange(40, 160)
        mobiles = [town.mobile(index, which) for which in range(dice.choice((1, 1, 1, 2)))]
        lines = [town.landline(index)] if not dice.randrange(4) else []
        shapes = "/".join(dirt.mobile(each, dice) for each in mobiles)
        fixed = dice.choice((f"{AREA_CODE}-{lines[0]}", lines[0])) if lines else ""
        typed = dirt.address(home, dice)
        row = [town.account(index), name, kind, typed, f"{area}.4", shapes, fixed, ""]
        mistake = self._mistakes.get(index, "")
        code, verdict = dirt.CUSTOMERS.get(mistake, ("", "imported"))
        phones = (*mobiles, *(f"{AREA_CODE}{line}" for line in lines))
        end = self._card(index)[1]
        real = Customer(row[0], name, _CLASSES[kind], home.standard, phones, end)
        if mistake in {"twice", "taken"}:
            self._keep(real, keep)
            yield row, (), "imported"
            other = [row[0], f"{name}甲", *row[2:]] if mistake == "taken" else list(row)
            yield other, (code,), verdict
            return
        row, real = _spoiled(mistake, row, real)
        if verdict == "imported":
            self._keep(real, keep)
        yield row, (code,) if code else (), verdict

    def _with_card(
        self, index: int, cells: list[str], codes: tuple[str, ...]
    ) -> tuple[list[str], tuple[str, ...]]:
        if not self.size.cards:
            return cells, codes
        card, end = self._card(index)
        odd = ("identity-unreadable",) if card and not end else ()
        return [*cells[:8], card, *cells[8:]], (*codes, *odd)

    def _card(self, index: int) -> tuple[str, str]:
        """What the books say about an identity card, and the end that must come in."""
        if not self.size.cards:
            return "", ""
        dice, right = self.dice(f"card {index}"), index not in self._mistakes
        if not dice.randrange(8):
            return "", ""
        if self.size.dirt and right and not dice.randrange(5):
            return dice.choice(dirt.CARDS), ""
        number = town.card(index)
        return dirt.card(number, dice), number[-4:]

    def _keep(self, real: Customer, keep: bool) -> None:
        if keep:
            self.customers.append(real)

    def comes_in(self, index: int) -> bool:
        """Whether the customer of that number is there for bills and payments."""
        mistake = self._mistakes.get(index, "")
        return mistake in {"", "twice", "taken"} or dirt.CUSTOMERS[mistake][1] == "imported"

    def _bills(self, path: Path) -> None:
        rows = self.size.customers * PERIODS
        dice = self.dice("bills")
        mistakes = dirt.spread(self.dice("wrong"), list(dirt.BILLS), rows, self.size.dirt)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                ["户号", "采暖期", "出账日期", "截止日期", "应收金额(元)", "实收金额(元)"]
            )
            number = 1
            for at in range(rows):
                for cells, codes, verdict in self._bill(at, mistakes.get(at, ""), dice):
                    number += 1
                    writer.writerow(cells)
                    self.truth.row("bills", path.name, number, codes, verdict)

    def _bill(
        self, at: int, mistake: str, dice: Random
    ) -> Iterator[tuple[list[str], tuple[str, ...], str]]:
        period, index = divmod(at, self.size.customers)
        issued = date(_FIRST_YEAR + period, 10, 15) + timedelta(days=dice.randrange(30))
        amount = dice.randrange(80_000, 400_000)
        paid = amount if dice.randrange(10) else dice.choice((0, amount // 2))
        row = [
            town.account(index), f"{issued.year}-{issued.year + 1}", dirt.day(issued, dice),
            dirt.day(date(issued.year, 12, 31), dice), dirt.money(amount, dice),
            dirt.money(paid, dice) if paid or dice.randrange(2) else "",
        ]  # fmt: skip
        code, verdict = dirt.BILLS.get(mistake, ("", "imported"))
        known = self.comes_in(index)
        if mistake in {"twice", "other-amount"}:
            yield self._good("bills", row, known, amount=amount, paid=paid)
            again = [*row[:4], yuan(amount + 1), row[5]] if mistake == "other-amount" else row
            yield again, (code if known else "account-unknown",), verdict if known else "refused"
        elif mistake:
            yield _spoiled_bill(mistake, row, amount), (code,), verdict
        else:
            yield self._good("bills", row, known, amount=amount, paid=paid)

    def _good(
        self, table: str, row: list[str], known: bool, **fen: int
    ) -> tuple[list[str], tuple[str, ...], str]:
        if not known:
            return row, ("account-unknown",), "refused"
        self.truth.money(table, **fen)
        return row, (), "imported"

    def _payments(self, folder: Path) -> None:
        header = ["户号", "缴费日期", "缴费金额", "缴费方式"]
        if self.size.customers * 2 <= SHEET_ROWS_MAX:
            from openpyxl import Workbook  # only who reads or writes a workbook waits for it

            book = Workbook(write_only=True)
            sheet = book.create_sheet("缴费明细")
            sheet.append(["缴费明细表"])
            sheet.append(header)
            for row in self._all_payments("缴费.xlsx", 2):
                sheet.append(row)
            book.save(folder / "缴费.xlsx")
            return
        with (folder / "缴费.csv").open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(self._all_payments("缴费.csv", 1))

    def _all_payments(self, file: str, above: int) -> Iterator[list[str]]:
        rows = self.size.customers * 2
        dice = self.dice("payments")
        mistakes = dirt.spread(self.dice("odd"), list(dirt.PAYMENTS), rows, self.size.dirt)
        number = above
        for at in range(rows):
            for cells, codes, verdict in self._payment(at, mistakes.get(at, ""), dice):
                number += 1
                self.truth.row("payments", file, number, codes, verdict)
                yield cells

    def _payment(
        self, at: int, mistake: str, dice: Random
    ) -> Iterator[tuple[list[str], tuple[str, ...], str]]:
        year, index = divmod(at, self.size.customers)
        paid = date(_FIRST_YEAR + year, 11, 1) + timedelta(days=dice.randrange(50))
        amount = dice.randrange(80_000, 400_000)
        row = [
            town.account(index), dirt.day(paid, dice), dirt.money(amount, dice),
            dice.choice(list(_CHANNELS)),
        ]  # fmt: skip
        code, verdict = dirt.PAYMENTS.get(mistake, ("", "imported"))
        known = self.comes_in(index)
        if mistake == "twice":
            yield self._good("payments", row, known, amount=amount)
            yield row, (code if known else "account-unknown",), verdict if known else "refused"
        elif mistake:
            yield _spoiled_payment(mistake, row), (code,), verdict
        else:
            yield self._good("payments", row, known, amount=amount)

    def _totals(self, path: Path, core: bool) -> None:
        """The old system's totals: what is right in its files, counted by itself."""
        rows, fen = self.truth.rows, self.truth.fen
        told: list[tuple[str, object, str]] = [
            ("客户", rows["customers.imported"], ""),
            ("账单", rows["bills.imported"], yuan(fen["bills.amount"])),
            ("实收", "", yuan(fen["bills.paid"])),
            ("欠费", "", yuan(fen["bills.amount"] - fen["bills.paid"])),
        ]
        if not core:
            told += [
                ("表具", rows["meters.imported"], ""),
                ("缴费", rows["payments.imported"], yuan(fen["payments.amount"])),
                ("工单", rows["orders.imported"], ""),
            ]
        with path.open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["老系统合计"])
            writer.writerow(["项目", "数量", "金额"])
            writer.writerows(told)


def _spoiled(mistake: str, row: list[str], real: Customer) -> tuple[list[str], Customer]:
    """The row with its mistake, and what is true about it then."""
    account, name, _, _, _, _, _, note = row
    short = real.address.partition("号楼")[0] + "号楼"
    mobiles = tuple(each for each in real.phones if each.startswith("1"))
    spoiled: dict[str, tuple[list[str], Customer]] = {
        "no-name": ([account, "", *row[2:]], real),
        "odd-account": ([f"{account}?", *row[1:]], real),
        "odd-class": ([account, name, "火星", *row[3:]], real),
        "stray-comma": ([*row, "多出来的"], real),
        "no-place": ([*row[:3], _NO_PLACE, *row[4:]], replace(real, address=_NO_PLACE)),
        "no-room": ([*row[:3], short, *row[4:]], replace(real, address=short)),
        "odd-phone": ([*row[:6], "没有座机", note], replace(real, phones=mobiles)),
    }
    return spoiled.get(mistake, (row, real))


def _spoiled_bill(mistake: str, row: list[str], amount: int) -> list[str]:
    account, period, issued, due, owed, paid = row
    return {
        "no-day": [account, period, "2023-02-30", due, owed, paid],
        "odd-amount": [account, period, issued, due, "1.234.5", paid],
        "no-amount": [account, period, issued, due, "", paid],
        "overpaid": [account, period, issued, due, owed, yuan(amount + 1)],
        "stranger": [f"9{account[1:]}", *row[1:]],
    }[mistake]


def _spoiled_payment(mistake: str, row: list[str]) -> list[str]:
    account, paid, amount, channel = row
    return {
        "no-day": [account, "二〇二三年", amount, channel],
        "odd-amount": [account, paid, "12.345", channel],
        "odd-channel": [account, paid, amount, "以物抵债"],
        "stranger": [f"9{account[1:]}", paid, amount, channel],
    }[mistake]
