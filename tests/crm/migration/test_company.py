"""A generated dirty company comes in exactly as it really is."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm.billing.models import Bill, Meter, Payment
from crm.customers import queries as customers
from crm.customers.identity import fits
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.migration.models import ImportRun
from crm.migration.refusals import AlreadyImported
from crm.migration.sample.company import Company, Size
from crm.work_orders.models import WorkOrder
from mainline.audit.models import LOAD, AuditEntry
from mainline.db import Database
from mainline.journal import told_of
from tests.crm.migration.conftest import BringIn

SIZE = Size(customers=300, dirt=0.2, seed=7)


async def _stored(database: Database) -> dict[str, int]:
    """Rows and money as they are in the tables."""
    async with database.reading() as session:
        counts = {
            table.__tablename__: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Customer, ServiceAccount, Meter, Bill, Payment, WorkOrder)
        }
        money = {
            "amount": await session.scalar(select(func.sum(Bill.amount_fen))),
            "paid": await session.scalar(select(func.sum(Bill.paid_fen))),
            "payments": await session.scalar(select(func.sum(Payment.amount_fen))),
        }
    return {**counts, **{name: int(fen or 0) for name, fen in money.items()}}


def _true(company: Company) -> dict[str, int]:
    rows, fen = company.truth.rows, company.truth.fen
    return {
        "customer": rows["customers.imported"], "service_account": rows["customers.imported"],
        "meter": rows["meters.imported"], "work_order": rows["orders.imported"],
        "bill": rows["bills.imported"], "payment": rows["payments.imported"],
        "amount": fen["bills.amount"], "paid": fen["bills.paid"],
        "payments": fen["payments.amount"],
    }  # fmt: skip


async def test_all_that_is_right_comes_in_and_nothing_else(
    database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    company = Company(SIZE)
    truth = company.write(tmp_path / "old", keep=True)
    outcome = await bring_in(database, tmp_path / "old")
    assert await _stored(database) == _true(company)
    told = Counter({k: v for k, v in outcome.tally.counts.items() if k in truth.rows})
    assert told == truth.rows
    assert "分毫不差" in outcome.text


async def test_the_audit_log_tells_how_many_rows_went_into_which_table(
    database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    truth = Company(Size(customers=60, dirt=0.1)).write(tmp_path / "old")
    await bring_in(database, tmp_path / "old")
    async with database.reading() as session:
        loads = select(AuditEntry.table_name, AuditEntry.changes).where(AuditEntry.action == LOAD)
        told = Counter[str]()
        for table, changes in await session.execute(loads):
            told[table] += json.loads(changes)["new"]["rows"]
    assert told["customer"] == truth.rows["customers.imported"]
    assert told["bill"] == truth.rows["bills.imported"]
    assert told["payment"] == truth.rows["payments.imported"]


async def test_each_customer_has_their_name_home_and_telephones(
    database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    company = Company(SIZE)
    company.write(tmp_path / "old", keep=True)
    await bring_in(database, tmp_path / "old")
    async with database.reading() as session:
        rows = await session.execute(
            select(
                ServiceAccount.number, Customer.id, Customer.name, Customer.customer_class,
                Premise.address_zh, Premise.area_m2,
            )
            .join(Customer, Customer.id == ServiceAccount.customer_id)
            .join(Premise, Premise.id == ServiceAccount.premise_id)
        )  # fmt: skip
        found = {row[0]: row[1:] for row in rows}
        phones: dict[int, set[str]] = {}
        for customer, number in await session.execute(
            select(CustomerPhone.customer_id, CustomerPhone.number)
        ):
            phones.setdefault(customer, set()).add(number)
    assert len(found) == len(company.customers)
    for real in company.customers:
        customer, name, kind, address, area = found[real.account]
        assert (name, kind, address) == (real.name, real.customer_class, real.address)
        assert phones[customer] == set(real.phones)
        assert 40 <= area < 160


async def test_of_an_identity_card_its_end_comes_in_sealed_and_the_number_nowhere(
    database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    company = Company(Size(customers=60, dirt=0.2, seed=7, cards=True))
    truth = company.write(tmp_path / "old", keep=True, core=True)
    outcome = await bring_in(database, tmp_path / "old")
    told = Counter({k: v for k, v in outcome.tally.counts.items() if k in truth.rows})
    assert told == truth.rows
    async with database.reading() as session:
        people = select(ServiceAccount.number, Customer).join(
            Customer, Customer.id == ServiceAccount.customer_id
        )
        kept = {row[0]: row[1] for row in await session.execute(people)}
        ends = {one.account: one.id_tail for one in company.customers}
        assert Counter(map(bool, ends.values())) == {True: 44, False: 9}
        for account, end in ends.items():
            person = kept[account]
            assert fits(end, person.id, person.id_tail) == bool(end)
            assert not fits("0000", person.id, person.id_tail)
        one = next(each for each in company.customers if each.id_tail)
        [found] = await customers.find(session, f"{one.name}{one.id_tail}")
        assert [account.number for account in found.accounts] == [one.account]
    lines = (outcome.folder / "problems.csv").read_text("utf-8-sig").splitlines()
    odd = [line for line in lines if "identity-unreadable" in line]
    assert len(odd) == truth.problems["customers.identity-unreadable"] > 0
    assert not any(re.search(r"\d{4}", line.partition("identity")[2]) for line in odd)


async def test_every_mistake_is_told_with_its_file_row_and_code(
    sqlite_database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    company = Company(SIZE)
    truth = company.write(tmp_path / "old")
    outcome = await bring_in(sqlite_database, tmp_path / "old")
    with (outcome.folder / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert Counter((one["file"], int(one["row"]), one["code"]) for one in lines) == Counter(
        truth.told
    )
    columns = {(one["code"], one["field"]): one["column"] for one in lines}
    assert columns["not-money", "amount"] in {"应收金额(元)", "缴费金额"}
    assert columns["unknown-word", "class"] == "基本信息/客户类别"
    assert all(one["说明"] and one["what is wrong"] and one["处理建议"] for one in lines)


async def test_the_quality_file_counts_each_kind_of_mistake(
    sqlite_database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    truth = Company(SIZE).write(tmp_path / "old")
    outcome = await bring_in(sqlite_database, tmp_path / "old")
    with (outcome.folder / "quality.csv").open(encoding="utf-8-sig", newline="") as file:
        told = Counter[str]()
        for one in csv.DictReader(file):
            told[f"{one['table']}.{one['code']}"] += int(one["count"])
            assert one["examples"]
            assert one["suggested repair"]
    assert told == truth.problems


async def test_the_same_files_come_in_once(
    database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    company = Company(SIZE)
    company.write(tmp_path / "old")
    await bring_in(database, tmp_path / "old")
    with pytest.raises(AlreadyImported) as refused:
        await bring_in(database, tmp_path / "old")
    assert refused.value.values["run"] == 1
    assert await _stored(database) == _true(company)


async def test_the_same_rows_in_other_files_are_told_as_being_there_already(
    database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    company = Company(Size(customers=60, dirt=0))
    truth = company.write(tmp_path / "old")
    await bring_in(database, tmp_path / "old")
    for path in (tmp_path / "old").iterdir():
        blank = b"\r\n" if path.suffix != ".xlsx" else b""
        path.write_bytes(path.read_bytes() + blank)
    outcome = await bring_in(database, tmp_path / "old")
    counts = outcome.tally.counts
    for table in ("customers", "meters", "bills", "payments", "orders"):
        assert counts[f"{table}.again"] == truth.rows[f"{table}.imported"]
        assert counts[f"{table}.imported"] == 0
    assert await _stored(database) == _true(company)


async def test_a_dry_run_says_the_same_and_writes_nothing(
    database: Database, bring_in: BringIn, tmp_path: Path
) -> None:
    company = Company(SIZE)
    truth = company.write(tmp_path / "old")
    outcome = await bring_in(database, tmp_path / "old", dry=True)
    told = Counter({k: v for k, v in outcome.tally.counts.items() if k in truth.rows})
    assert told == truth.rows
    assert "试运行" in outcome.text
    assert set((await _stored(database)).values()) == {0}
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ImportRun)) == 0
        assert await told_of(session, ["import:1"]) == {"import:1": []}
