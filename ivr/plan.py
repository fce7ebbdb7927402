"""Lines, menus and hours in force, kept parsed; a new version counts from the next call on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from ivr import kinds
from ivr.hours import Mode, OpeningHours, State, opens, state
from ivr.lines import Line, line_for
from ivr.modes import modes
from ivr.policies import Policies
from ivr.run import Running
from mainline import definitions
from mainline.datafile import content
from mainline.db import Database
from mainline.definitions import Kind
from mainline.log import get_logger

LOAD_S: Final = 1.5

log = get_logger("ivr")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a call that begins now is answered with."""

    lines: tuple[Line, ...]
    menus: Mapping[str, Running]
    hours: Mapping[str, OpeningHours]
    modes: Mapping[str, Mode] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)

    def line(self, dnis: str) -> Line | None:
        """The line for the number dialled; an unknown number gets the first line."""
        return line_for(self.lines, dnis)

    def state(self, line: Line, hours: str | None, at: datetime, zone: ZoneInfo) -> State:
        """How the line is answered at that moment. Unknown hours never shut a caller out."""
        calendar = self.hours.get(hours or line.hours) or self.hours.get(line.hours)
        mode = self.modes.get(line.dnis, "auto")
        if calendar is None:
            return "open" if mode == "auto" else mode
        return state(calendar, at, zone, mode)

    def opens(self, line: Line, at: datetime, zone: ZoneInfo) -> datetime:
        """When the line is answered by people, at that moment or after."""
        calendar = self.hours.get(line.hours)
        return opens(calendar, at, zone, self.modes.get(line.dnis, "auto")) if calendar else at


class Plans:
    """Gives the plan in force; without a database the last one known, at worst the pack's.

    Under load it looks only every ``fresh_s`` seconds.
    """

    def __init__(
        self,
        database: Database,
        pack_dir: Path,
        *,
        changed: Callable[[Plan], None] = lambda _plan: None,
        fresh_s: float = 0.0,
    ) -> None:
        self._changed = changed
        self._fresh_s = fresh_s
        self._looked_at = -inf
        self._database = database
        self._pack_dir = pack_dir
        self._stamp = ""
        self._plan: Plan | None = None

    async def current(self) -> Plan:
        """The plan for a call that begins now. Never raises."""
        looked_at = monotonic()
        if self._plan is not None and looked_at - self._looked_at < self._fresh_s:
            return self._plan
        try:
            async with asyncio.timeout(LOAD_S), self._database.reading() as session:
                self._plan = await self._refreshed(session)
                self._looked_at = looked_at
        except Exception as error:
            log.warning("ivr.plan_not_read", error=type(error).__name__)
        if self._plan is None or not self._plan.lines:
            self._plan, self._stamp = pack_plan(self._pack_dir), ""
        return self._plan

    async def running(self, name: str, version: int) -> Running | None:
        """The tree of a call that began earlier; None when there is no such version."""
        plan = await self.current()
        present = plan.menus.get(name)
        if present is not None and present.version == version:
            return present
        if version == 0:
            return pack_plan(self._pack_dir).menus.get(name)
        try:
            async with asyncio.timeout(LOAD_S), self._database.reading() as session:
                found = await definitions.version(session, kinds.IVR_MENU.name, name, version)
        except Exception as error:
            log.warning("ivr.version_not_read", error=type(error).__name__)
            return None
        return Running(name, version, found.body)

    async def _refreshed(self, session: AsyncSession) -> Plan:
        stamp = await definitions.stamp(session)
        by_hand = await modes(session)
        if self._plan is None or stamp != self._stamp:
            plan = await _read(session, by_hand)
            self._stamp = stamp
            self._changed(plan)
            return plan
        return replace(self._plan, modes=by_hand)


async def _read(session: AsyncSession, by_hand: Mapping[str, Mode]) -> Plan:
    lines = await _all(session, kinds.LINE)
    menus = await _all(session, kinds.IVR_MENU)
    hours = await _all(session, kinds.HOURS)
    return Plan(
        tuple(version.body for version in lines),
        {version.name: Running(version.name, version.version, version.body) for version in menus},
        {version.name: version.body for version in hours},
        by_hand,
        next((version.body for version in await _all(session, kinds.POLICIES)), Policies()),
    )


async def _all(session: AsyncSession, kind: Kind[Any]) -> list[definitions.Version]:
    names = await definitions.names(session, kind.name)
    return [await definitions.current(session, kind.name, name) for name in names]


def pack_bodies(pack_dir: Path) -> dict[str, dict[str, Any]]:
    """A pack's menus, hours, lines, prices and rules as plain data: kind → name → body."""
    lines = content(pack_dir / "lines.yaml")["lines"]
    menus = {path.stem: content(path) for path in sorted((pack_dir / "menus").glob("*.yaml"))}
    return {
        kinds.LINE.name: {line["dnis"]: line for line in lines},
        kinds.IVR_MENU.name: menus,
        kinds.HOURS.name: content(pack_dir / "hours.yaml")["hours"],
        kinds.POLICIES.name: {"company": content(pack_dir / "policies.yaml")},
    }


def pack_plan(pack_dir: Path) -> Plan:
    """The pack as it is delivered, version 0."""
    bodies = pack_bodies(pack_dir)
    return Plan(
        tuple(kinds.LINE.parse(body) for body in bodies[kinds.LINE.name].values()),
        {
            name: Running(name, 0, kinds.IVR_MENU.parse(body))
            for name, body in bodies[kinds.IVR_MENU.name].items()
        },
        {name: kinds.HOURS.parse(body) for name, body in bodies[kinds.HOURS.name].items()},
        policies=kinds.POLICIES.parse(bodies[kinds.POLICIES.name]["company"]),
    )


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish what the pack holds of these, except where the company has its own."""
    for kind, bodies in pack_bodies(pack_dir).items():
        for name, body in bodies.items():
            await definitions.install(session, kind, name, body, by="pack", why=pack_dir.name)
