"""The menu editor: one act at a time, answered with the tree, its picture and its mistakes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.admin.definitions import problems_of
from agentdesk.admin.page import fragment
from agentdesk.admin.period import Period, passages_of
from agentdesk.admin.prompts import Prompts
from agentdesk.panels.labels import Labels, labels_of
from ivr.draw import Look, Mark, draw_svg
from ivr.edit import KINDS, Act, Body, blank, edited
from ivr.edit.acts import Add, Rename, parsed
from ivr.flows import FLOWS
from ivr.kinds import HOURS, IVR_MENU, QUEUES
from ivr.layout import HOW_NAMES, KIND_NAMES
from ivr.menu import MenuTree, Name, edges
from ivr.traffic import Traffic, traffic
from mainline import definitions
from mainline.definitions import Problem
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/admin/menus", include_in_schema=False)
_see = allow(Permission.SEE_DEFINITIONS)
_edit = allow(Permission.EDIT_DEFINITIONS)


class Asked(BaseModel):
    """The tree as the page has it, and what of it is looked at."""

    body: dict[str, Any]
    selected: str = Field(default="", max_length=40)
    period: Period | None = None


class AskedToEdit(Asked):
    """And what is to be done to it."""

    act: Act


class Kept(BaseModel):
    """A draft to keep. ``after``: the newest version its author had seen."""

    body: dict[str, Any]
    why: str = Field(default="", max_length=500)
    after: int


class Shown(BaseModel):
    """What the page draws."""

    body: dict[str, Any]
    selected: str
    drawing: str
    panel: str
    problems: str
    figures: str
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class _Checked:
    tree: MenuTree
    problems: Sequence[Problem]

    @property
    def marks(self) -> dict[str, Mark]:
        """Nodes with mistakes; an error counts more than a warning."""
        found: dict[str, Mark] = {}
        for problem in sorted(self.problems, key=lambda each: each.level, reverse=True):
            place = problem.where.partition(".")[0]
            role = {"start": self.tree.start, "person": self.tree.person}
            name = place if place in self.tree.nodes else role.get(place, "")
            if name in self.tree.nodes:
                found[name] = problem.level
        return found

    def count(self, level: str) -> int:
        return sum(problem.level == level for problem in self.problems)


@router.post("", dependencies=[_edit])
async def begin(session: WriteSession, who: Who, name: Annotated[Name, Form()]) -> RedirectResponse:
    """A new menu: the smallest one, as a draft."""
    if not await definitions.history(session, IVR_MENU.name, name, limit=1):
        await definitions.draft(session, IVR_MENU.name, name, blank(name), author=who.name)
    return RedirectResponse(f"/admin/menus/{name}?version=1", 303)


@router.post("/{name}/look", dependencies=[_see])
async def look(
    request: Request, session: ReadSession, who: Who, settings: Config, name: Name, asked: Asked
) -> Shown:
    """The tree drawn and checked as it is."""
    return await _Desk(request, session, who, settings.zone, name).shown(asked)


@router.post("/{name}/edit", dependencies=[_edit])
async def edit(
    request: Request, session: ReadSession, who: Who, settings: Config, name: Name,
    asked: AskedToEdit,
) -> Shown:  # fmt: skip
    """The tree after one act, drawn and checked; nothing is kept."""
    parsed(asked.body)
    body, act = edited(asked.body, asked.act), asked.act
    moved = act.to if isinstance(act, Rename) else act.name if isinstance(act, Add) else None
    asked = asked.model_copy(update={"body": body, "selected": moved or asked.selected})
    return await _Desk(request, session, who, settings.zone, name).shown(asked)


@router.post("/{name}/draft", dependencies=[_edit])
async def keep(session: WriteSession, who: Who, name: Name, kept: Kept) -> dict[str, int]:
    """Keep the tree as a draft; refused when somebody else has kept one meanwhile."""
    made = await definitions.draft(
        session, IVR_MENU.name, name, kept.body, author=who.name, why=kept.why, after=kept.after
    )
    return {"version": made.version}


class _Desk:
    """Draws what was asked, in the language and with the permissions of who asks."""

    def __init__(
        self, request: Request, session: AsyncSession, who: Who, zone: Any, name: str
    ) -> None:
        self._request, self._session, self._who = request, session, who
        self._zone, self._name = zone, name

    async def shown(self, asked: Asked) -> Shown:
        tree = parsed(asked.body)
        checked = _Checked(tree, await asyncio.to_thread(problems_of, IVR_MENU.name, asked.body))
        went = await self._traffic(tree, asked.period)
        selected = asked.selected if asked.selected in tree.nodes else tree.start
        seen = Look(checked.marks, went, choosing=True)
        return Shown(
            body=asked.body,
            selected=selected,
            drawing=draw_svg(tree, current_locale(), seen),
            panel=await self._panel(checked, asked.body, selected),
            problems=self._part("problems.html", problems=checked.problems, nodes=tree.nodes),
            figures=self._part("figures.html", tree=tree, went=went, edges=edges(tree),
                               how_words=HOW_NAMES) if went else "",
            errors=checked.count("error"),
            warnings=checked.count("warning"),
        )  # fmt: skip

    async def _traffic(self, tree: MenuTree, period: Period | None) -> Traffic | None:
        if period is None:
            return None
        return traffic(tree, await passages_of(self._session, self._name, period, self._zone))

    async def _panel(self, checked: _Checked, body: Body, selected: str) -> str:
        labels = await labels_of(self._session)
        return self._part(
            "node.html",
            tree=checked.tree, name=selected, node=checked.tree.nodes[selected],
            plain=body["nodes"][selected],
            problems=[each for each in checked.problems
                      if each.where.partition(".")[0] == selected],
            may_edit=self._who.may(Permission.EDIT_DEFINITIONS),
            kinds=KIND_NAMES, hows=HOW_NAMES, shapes=KINDS, flows=sorted(FLOWS),
            hours=await definitions.names(self._session, HOURS.name),
            queues=_queue_names(labels), recorded=Prompts.of(self._request).recorded,
        )  # fmt: skip

    def _part(self, template: str, **values: Any) -> str:
        return fragment(self._request, template, **values)


def _queue_names(labels: Labels) -> Mapping[str, str]:
    return {queue: labels.queue(queue) or queue for queue in sorted(QUEUES)}
