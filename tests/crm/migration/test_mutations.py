"""Broken files: refused as a whole, or each row comes in rightly or is told with its reason.

``MAINLINE_TEST_MUTATIONS`` says how many; ten thousand take about ten minutes.
"""

import csv
import os
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from crm.billing.models import Bill
from crm.customers.models import Customer, Premise, ServiceAccount
from crm.migration import service
from crm.migration.models import ImportRun
from crm.migration.problems import PROBLEMS
from crm.migration.refusals import FileUnreadable, HeaderNotFound
from crm.migration.sample.company import Company, Size
from crm.migration.service import Outcome
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from tests.crm.migration.conftest import BringIn

COUNT = int(os.environ.get("MAINLINE_TEST_MUTATIONS", "200"))
ABOVE = {"客户资料.csv": 4, "账单.csv": 1}
"""Rows of header and titles."""
Books = tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]


def _flip(data: bytearray, dice: Random) -> None:
    for _ in range(dice.choice((1, 1, 3))):
        data[dice.randrange(len(data))] = dice.randrange(256)


def _cut(data: bytearray, dice: Random) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.choice((1, 2, 7, 40))]


def _insert(data: bytearray, dice: Random) -> None:
    at = dice.randrange(len(data))
    data[at:at] = dice.choice(
        (b'"', b",", b"\r", b"\n", b"\0", b"\xff", "，".encode(), b"=1+1", b";;")
    )


def _truncate(data: bytearray, dice: Random) -> None:
    del data[dice.randrange(len(data)) :]


def _lines(data: bytearray, dice: Random) -> None:
    lines = bytes(data).split(b"\r\n")
    at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(3):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[other])
        case _:
            lines[at], lines[other] = lines[other], lines[at]
    data[:] = b"\r\n".join(lines)


MUTATIONS = (_flip, _flip, _cut, _insert, _insert, _truncate, _lines)


async def _books(database: Database) -> Books:
    """Customers and bills as they stand."""
    async with database.reading() as session:
        account = ServiceAccount
        people = select(account.number, Customer.name, Customer.customer_class, Premise.address_zh)
        people = people.join(Customer, Customer.id == account.customer_id)
        owed = select(account.number, Bill.period, Bill.issued_on, Bill.amount_fen, Bill.paid_fen)
        return (
            Counter(
                tuple(row)
                for row in await session.execute(
                    people.join(Premise, Premise.id == account.premise_id)
                )
            ),
            Counter(
                tuple(row)
                for row in await session.execute(owed.join(Bill, Bill.account_id == account.id))
            ),
        )


def _changed(before: bytes, after: bytes) -> int:
    """How many lines differ, however they moved."""
    old, new = (Counter(data.replace(b"\r", b"\n").split(b"\n")) for data in (before, after))
    return max((old - new).total(), (new - old).total())


def _header_stands(name: str, before: bytes, after: bytes) -> bool:
    above = ABOVE[name]
    return before.split(b"\r\n")[:above] == after.split(b"\r\n")[:above]


async def test_broken_files_are_refused_or_told_row_by_row_and_nothing_is_half_done(
    sqlite_url: str,
    tmp_path: Path,
    catalog: Callable[[Database], Awaitable[None]],
) -> None:
    folder, path = tmp_path / "old", Path(sqlite_url.partition("///")[2])
    Company(Size(customers=12, dirt=0, seed=5)).write(folder)
    for name in ("缴费.xlsx", "表具.xlsx", "工单.txt", "合计.csv"):
        (folder / name).unlink()
    whole = {name: (folder / name).read_bytes() for name in ABOVE}
    database, template = Database(sqlite_url), tmp_path / "template.db"
    await catalog(database)
    await database.dispose()
    shutil.copyfile(path, template)
    database = Database(sqlite_url)
    await _bring_in(database, folder)
    right = await _books(database)
    await database.dispose()
    outcomes = Counter[str]()
    for seed in range(COUNT):
        dice = Random(seed)
        name = dice.choice(list(ABOVE))
        data = bytearray(whole[name])
        dice.choice(MUTATIONS)(data, dice)
        (folder / name).write_bytes(data)
        shutil.copyfile(template, path)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        database = Database(sqlite_url)
        try:
            outcomes[await _judged(database, folder, name, whole[name], bytes(data), right)] += 1
        except AssertionError as error:
            raise AssertionError(f"mutation {seed} of {name}: {error}") from error
        finally:
            await database.dispose()
            (folder / name).write_bytes(whole[name])
    assert outcomes["refused"] > 0
    assert outcomes["told"] > COUNT // 3


async def _bring_in(database: Database, folder: Path) -> Outcome:
    settings = Settings(home=folder.parent / "home")
    return await service.bring_in(database, settings, folder, mapping="house", by="tester")


async def _judged(
    database: Database,
    folder: Path,
    name: str,
    before: bytes,
    after: bytes,
    right: Books,
) -> str:
    try:
        outcome = await _bring_in(database, folder)
    except (FileUnreadable, HeaderNotFound) as refused:
        await _nothing_done(database, name, refused)
        return "refused"
    people, owed = await _books(database)
    counts = outcome.tally.counts
    for table, stored in (("customers", people), ("bills", owed)):
        parts = (counts[f"{table}.{what}"] for what in ("imported", "again", "refused"))
        assert counts[f"{table}.read"] == sum(parts)
        assert counts[f"{table}.imported"] == stored.total()
    assert counts["bills.imported.amount"] == sum(int(str(row[3])) * n for row, n in owed.items())
    _listed(outcome.folder, outcome.tally.problems)
    changed = _changed(before, after)
    if name == "账单.csv" and _header_stands(name, before, after):
        assert people == right[0]
        assert (right[1] - owed).total() <= changed
        assert (owed - right[1]).total() <= changed
    elif name == "客户资料.csv" and _header_stands(name, before, after):
        assert (right[0] - people).total() <= changed
        assert (people - right[0]).total() <= changed
        assert not owed - right[1]
    return "told"


async def _nothing_done(database: Database, name: str, refused: MainlineError) -> None:
    assert refused.code in {"file-unreadable", "header-not-found"}
    assert refused.values["file"] == name
    assert await _books(database) == (Counter(), Counter())
    async with database.reading() as session:
        assert list(await session.scalars(select(ImportRun))) == []


def _listed(folder: Path, problems: Counter[str]) -> None:
    """Each problem stands in the file with row, code and words."""
    with (folder / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == problems.total()
    for line in lines:
        assert int(line["row"]) > 0
        assert line["说明"] == PROBLEMS[line["code"]].words.to("zh_CN")


@pytest.mark.parametrize("damage", ["cut", "zero", "empty"])
async def test_a_damaged_workbook_is_refused_before_anything_is_written(
    sqlite_database: Database, bring_in: BringIn, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "old"
    Company(Size(customers=12, dirt=0)).write(folder)
    data = bytearray((folder / "缴费.xlsx").read_bytes())
    if damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "zero":
        data[len(data) // 3 : len(data) // 3 + 400] = bytes(400)
    else:
        data.clear()
    (folder / "缴费.xlsx").write_bytes(data)
    with pytest.raises(FileUnreadable) as refused:
        await bring_in(sqlite_database, folder)
    assert refused.value.values["file"] == "缴费.xlsx"
    assert await _books(sqlite_database) == (Counter(), Counter())
