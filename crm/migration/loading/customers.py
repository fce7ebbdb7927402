"""Customers with their home, account and telephones."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.pinyin import initials
from crm.customers.identity import sealed_beforehand
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.migration import bulk
from crm.migration.addressing import Home, Node, Remembering, Tree, Unclear, home_of
from crm.migration.batches import Batch
from crm.migration.loading.common import once
from crm.migration.mapping import ImportMapping
from crm.migration.problems import Bad


class Customers:
    """Each row is a customer with one account at one premise."""

    def __init__(self, mapping: ImportMapping, places: Remembering) -> None:
        self._mapping, self._places, self._tree = mapping, places, Tree()

    def forget(self) -> None:
        """What the tree was thought to have is not there."""
        self._tree.forget()

    def prepare(self, batch: Batch) -> None:
        """Read the addresses, take out telephones that are none."""
        homes = [home_of(each, self._places) for each in batch.columns["address"]]
        batch.columns["home"] = list(homes)
        refused = []
        for at, home in enumerate(homes):
            if isinstance(home, Home):
                if not home.room:
                    batch.found(at, "address", "address-short")
            elif self._mapping.unclear_addresses == "refuse":
                batch.found(at, "address", "address-unclear", home.hint)
                refused.append(at)
            else:
                batch.found(at, "address", "address-waits", home.hint)
        batch.columns["initials"] = [initials(name, person=True) for name in batch.columns["name"]]
        self._phones(batch)
        batch.drop(refused)
        if "identity" in batch.columns:
            batch.columns["identity"] = _seals(batch)

    def _phones(self, batch: Batch) -> None:
        for at, told in enumerate(batch.columns.get("phones", ())):
            for one in told:
                if isinstance(one, Bad):
                    batch.found(at, "phones", one.code)

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Insert nodes, premises, customers, accounts and telephones."""
        there = await bulk.found(
            session,
            "SELECT a.number, c.name FROM keys k JOIN service_account a ON a.number = k.key"
            " JOIN customer c ON c.id = a.customer_id",
            list(set(batch.columns["account"])),
        )
        names = batch.columns["name"]
        batch.drop(once(batch, "account", names, dict(there), "account-taken"))
        premises = await self._premises(session, batch)
        customers = await self._customers(session, batch)
        columns: bulk.Columns = {
            "number": batch.columns["account"], "customer_id": customers, "premise_id": premises,
            "status": _or(batch, "status", "active"),
        }  # fmt: skip
        utility = self._mapping.utility
        await bulk.insert(session, ServiceAccount, columns, utility=utility)
        await self._numbers(session, batch, customers)

    async def _customers(self, session: AsyncSession, batch: Batch) -> list[int]:
        ids = list(await bulk.take_ids(session, Customer, len(batch)))
        columns: bulk.Columns = {
            "id": ids, "name": batch.columns["name"], "initials": batch.columns["initials"],
            "customer_class": _or(batch, "class", "residential"), "notes": _or(batch, "notes", ""),
            "id_tail": _or(batch, "identity", ""),
        }  # fmt: skip
        await bulk.insert(session, Customer, columns)
        return ids

    async def _numbers(self, session: AsyncSession, batch: Batch, customers: list[int]) -> None:
        told = [
            (customer, number)
            for customer, numbers in zip(
                customers, batch.columns.get("phones", [()] * len(batch)), strict=True
            )
            for number in numbers
            if isinstance(number, str)
        ]
        columns: bulk.Columns = {
            "customer_id": [customer for customer, _ in told],
            "number": [number for _, number in told],
            "tail": [number[-4:] for _, number in told],
        }
        confirmed = self._mapping.phones_confirmed
        await bulk.insert(session, CustomerPhone, columns, confirmed=confirmed)

    async def _premises(self, session: AsyncSession, batch: Batch) -> list[int]:
        """The premise of each row: a room has one, whoever lived there."""
        homes: list[Home | Unclear] = batch.columns["home"]
        placed = [home for home in homes if isinstance(home, Home)]
        nodes = iter(await self._tree.nodes(session, placed))
        held = await self._tree.held(session) if len(placed) < len(homes) else None
        where = [next(nodes) if isinstance(home, Home) else held for home in homes]
        known = await _premises_at(session, where, homes)
        return await self._make_premises(session, batch, where, known)

    async def _make_premises(
        self,
        session: AsyncSession,
        batch: Batch,
        where: list[Any],
        known: dict[int, int],
    ) -> list[int]:
        homes: list[Home | Unclear] = batch.columns["home"]
        new: list[int] = []
        of_row: list[int | None] = []
        for at, (node, home) in enumerate(zip(where, homes, strict=True)):
            shared = isinstance(home, Home) and bool(home.room)
            if shared and node.id in known:
                of_row.append(known[node.id])
                continue
            if shared:
                known[node.id] = -len(new) - 1
            of_row.append(-len(new) - 1)
            new.append(at)
        ids = list(await bulk.take_ids(session, Premise, len(new)))
        await self._insert_premises(session, batch, where, new, ids)
        return [each if each > 0 else ids[-each - 1] for each in of_row if each is not None]

    async def _insert_premises(
        self,
        session: AsyncSession,
        batch: Batch,
        where: list[Node],
        new: list[int],
        ids: list[int],
    ) -> None:
        homes, typed = batch.columns["home"], batch.columns["address"]
        areas = batch.columns.get("area_m2") or [0] * len(batch)
        columns: bulk.Columns = {
            "id": ids,
            "node_id": [where[at].id for at in new],
            "path": [where[at].path for at in new],
            "address_zh": [_zh(homes[at], typed[at]) for at in new],
            "address_en": [_en(homes[at], typed[at]) for at in new],
            "area_m2": [areas[at] or 0 for at in new],
        }
        await bulk.insert(session, Premise, columns)


def _zh(home: Home | Unclear, typed: str) -> str:
    return home.address_zh if isinstance(home, Home) else typed


def _en(home: Home | Unclear, typed: str) -> str:
    return home.address_en if isinstance(home, Home) else typed


def _or(batch: Batch, field: str, otherwise: Any) -> list[Any]:
    values = batch.columns.get(field)
    return [value or otherwise for value in values] if values else [otherwise] * len(batch)


def _seals(batch: Batch) -> list[str]:
    """What is kept of the ends of identity cards; each takes its time, all cores together less."""
    ends, accounts, seals = batch.columns["identity"], batch.columns["account"], [""] * len(batch)
    told = [at for at, end in enumerate(ends) if end and isinstance(end, str)]
    if told:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            made = pool.map(
                sealed_beforehand, (ends[at] for at in told), (accounts[at] for at in told)
            )
            for at, seal in zip(told, made, strict=True):
                seals[at] = seal
    return seals


async def _premises_at(
    session: AsyncSession, where: list[Any], homes: list[Home | Unclear]
) -> dict[int, int]:
    """Premises that rooms have already, by node."""
    rooms = {
        node.id
        for node, home in zip(where, homes, strict=True)
        if isinstance(home, Home) and home.room and not node.new
    }
    rows = await bulk.found(
        session,
        "SELECT p.node_id, min(p.id) FROM keys k JOIN premise p ON p.node_id = k.key"
        " WHERE p.merged_into_id IS NULL GROUP BY p.node_id",
        sorted(rooms),
    )
    return dict(rows)
