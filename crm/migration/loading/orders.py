"""Work orders as history: closed ones as they ended, open ones where they begin.

Their limits are over or belong to the old system: none warns, breaks or climbs here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.migration import bulk
from crm.migration.batches import Batch
from crm.migration.loading.common import once
from crm.work_orders import flow
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.clock import now

SOURCE = "import"
"""Where an order came from that the old system had."""


class Orders:
    """Each row is an order of an account."""

    def __init__(self, by: str) -> None:
        self._by = by

    def forget(self) -> None:
        """Nothing is remembered."""

    def prepare(self, batch: Batch) -> None:
        """An order is not closed before it was opened."""
        columns, nothing = batch.columns, [None] * len(batch)
        columns.setdefault("closed_at", list(nothing))
        for name in ("summary", "contact"):
            columns[name] = [each or "" for each in columns.get(name, nothing)]
        pairs = zip(columns["opened_at"], columns["closed_at"], strict=True)
        gone = [at for at, (opened, closed) in enumerate(pairs) if closed and closed < opened]
        for at in gone:
            batch.found(at, "closed_at", "dates-reversed")
        batch.drop(gone)

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Insert those whose type and account are known and whose number is new."""
        types = await catalog.work_order_types(session)
        self._known_types(batch, types.body)
        accounts = await _accounts(session, batch)
        there = await bulk.found(
            session,
            "SELECT o.number, o.type_code FROM keys k JOIN work_order o ON o.number = k.key",
            list(set(batch.columns["number"])),
        )
        facts = {number: kind for number, kind in there}  # noqa: C416 - rows are no pairs
        batch.drop(once(batch, "number", batch.columns["type"], facts))
        if not len(batch):
            return
        rows = [self._row(batch, at, types, accounts) for at in range(len(batch))]
        await session.execute(insert(WorkOrder), rows)
        await self._history(session, rows)

    def _known_types(self, batch: Batch, types: WorkOrderTypes) -> None:
        """The company's types by code or by name."""
        codes = {
            word: one.code for one in types.types for word in (one.code, one.name.zh, one.name.en)
        }
        told = batch.columns["type"]
        gone = [at for at, word in enumerate(told) if word not in codes]
        for at in gone:
            batch.found(at, "type", "unknown-word", ", ".join(one.name.zh for one in types.types))
        batch.columns["type"] = [codes.get(word, "") for word in told]
        batch.drop(gone)

    def _row(
        self, batch: Batch, at: int, types: Any, accounts: dict[str, tuple[int, int, int]]
    ) -> dict[str, Any]:
        told = {name: values[at] for name, values in batch.columns.items()}
        account, customer, premise = accounts[told["account"]]
        begun = flow.begin(types.body, told["type"])
        closed: datetime | None = told["closed_at"]
        step = flow.end_of(types.body, told["type"]).code if closed else begun.step
        ended = closed or told["opened_at"]
        return {
            "number": told["number"], "key": f"import:{told['number']}",
            "type_code": told["type"], "type_version": types.version,
            "account_id": account, "customer_id": customer, "premise_id": premise,
            "source": SOURCE, "step": step, "team": begun.team, "owner": begun.owner,
            "overseer": begun.overseer, "urgency": types.body.type(told["type"]).urgency,
            "summary": told["summary"], "contact": told["contact"], "fields": {},
            "opened_at": told["opened_at"], "due_respond_at": ended, "due_complete_at": ended,
            "responded_at": closed, "completed_at": closed, "closed_at": closed,
            "limits_told": [], "created_at": now(),
        }  # fmt: skip

    async def _history(self, session: AsyncSession, rows: list[dict[str, Any]]) -> None:
        """One line: who brought it in."""
        numbers = [row["number"] for row in rows]
        ids = await session.execute(
            select(WorkOrder.number, WorkOrder.id).where(WorkOrder.number.in_(numbers))
        )
        known = {number: order for number, order in ids}  # noqa: C416 - rows are no pairs
        lines = [
            {
                "work_order_id": known[row["number"]], "at": row["closed_at"] or row["opened_at"],
                "by": self._by[:64], "action": SOURCE, "target": row["team"],
                "from_step": None, "to_step": row["step"],
                "created_at": now(),
            }
            for row in rows
        ]  # fmt: skip
        await session.execute(insert(WorkOrderMove), lines)


async def _accounts(session: AsyncSession, batch: Batch) -> dict[str, tuple[int, int, int]]:
    """Account, customer and premise by number; rows of an unknown account are refused."""
    rows = await bulk.found(
        session,
        "SELECT a.number, a.id, a.customer_id, a.premise_id FROM keys k"
        " JOIN service_account a ON a.number = k.key",
        list(set(batch.columns["account"])),
    )
    known = {row[0]: (row[1], row[2], row[3]) for row in rows}
    gone = [at for at, number in enumerate(batch.columns["account"]) if number not in known]
    for at in gone:
        batch.found(at, "account", "account-unknown")
    batch.drop(gone)
    return known
