"""Every mistake in a tree has a name, and the delivered trees have none."""

import copy
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from crm.catalog.kinds import WORK_ORDER_TYPES
from ivr.check import Known, problems
from ivr.draw import Look, draw_svg, draw_text
from ivr.flows import FLOWS
from ivr.kinds import QUEUES
from ivr.menu import MenuTree, Queue
from ivr.phrases import load_phrases
from ivr.plan import pack_plan
from ivr.traffic import Traffic
from mainline.config import PROJECT
from mainline.definitions import content
from tests.ivr.trees import menus

KNOWN = Known(flows=("arrears",), queues=("service",), hours=("office",))
TEXT = {"zh": "您好", "en": "hello"}
GOOD: dict[str, Any] = {
    "title": TEXT,
    "start": "hello",
    "person": "agent",
    "nodes": {
        "hello": {"kind": "say", "text": TEXT, "next": "ask"},
        "ask": {
            "kind": "menu",
            "choices": [
                {"key": "1", "text": {"zh": "欠费请按1", "en": "press 1"}, "go": "owed"},
                {"key": "0", "text": {"zh": "人工请按0", "en": "press 0"}, "go": "agent"},
            ],
        },
        "owed": {"kind": "flow", "flow": "arrears", "next": "bye"},
        "bye": {"kind": "hangup"},
        "agent": {"kind": "queue", "queue": "service"},
    },
}


def _with(path: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(GOOD)
    place: Any = body
    *way, last = path.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is None:
        del place[int(last) if last.isdigit() else last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return body


def _found(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    tree = MenuTree.model_validate(body)
    return [(one.level, one.code, one.where) for one in problems(tree, KNOWN)]


def test_a_good_tree_has_no_problems() -> None:
    assert _found(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("nodes.hello.next", "nowhere", ("error", "unknown-node", "hello")),
        ("start", "nowhere", ("error", "unknown-node", "start")),
        ("person", "bye", ("error", "person-no-queue", "person")),
        ("nodes.owed.flow", "lottery", ("error", "unknown-flow", "owed")),
        ("nodes.agent.queue", "moon", ("error", "unknown-queue", "agent")),
        ("nodes.hello.text", {"zh": "您好"}, ("error", "missing-translation", "hello.text")),
        ("nodes.hello.text", {}, ("error", "missing-prompt", "hello")),
        ("nodes.ask.choices.1", None, ("error", "zero-missing", "ask")),
        ("nodes.ask.choices.1.go", "bye", ("error", "zero-no-person", "ask")),
        (
            "nodes.ask.choices.0.text",
            {"zh": "欠费请按2", "en": "press 1"},
            ("error", "key-not-said", "ask.1"),
        ),
        ("nodes.lost", {"kind": "hangup"}, ("error", "unreachable", "lost")),
        (
            "nodes.hello",
            {"kind": "say", "text": TEXT, "next": "hello"},
            ("error", "dead-end", "hello"),
        ),
        (
            "nodes.hello",
            {"kind": "hours", "open": "hello", "night": "ask"},
            ("error", "endless", "hello"),
        ),
        (
            "nodes.hello",
            {"kind": "hours", "hours": "moon", "open": "ask", "night": "ask"},
            ("error", "unknown-hours", "hello"),
        ),
        (
            "nodes.hello",
            {"kind": "language", "text": TEXT, "keys": {"1": "zh"}, "next": "ask"},
            ("error", "languages-differ", "hello"),
        ),
        ("nodes.ask.otherwise", "ask", ("error", "no-exit", "ask")),
    ],
)
def test_a_mistake_is_found(path: str, value: Any, problem: tuple[str, str, str]) -> None:
    assert problem in _found(_with(path, value))


def test_a_third_level_draws_a_warning_only() -> None:
    body = copy.deepcopy(GOOD)
    zero = body["nodes"]["ask"]["choices"][1]
    for name, target in (("second", "third"), ("third", "bye")):
        choice = {"key": "1", "text": {"zh": "按1", "en": "press 1"}, "go": target}
        body["nodes"][name] = {"kind": "menu", "choices": [choice, zero]}
    body["nodes"]["owed"]["next"] = "second"
    assert _found(body) == [("warning", "deep", "third")]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("nodes.ask.choices.0.key", "11"),
        ("nodes.ask.choices.0.key", "0"),
        ("nodes.ask.timeout_s", 0),
        ("nodes.ask.attempts", 99),
        ("nodes.hello.kind", "dance"),
        ("nodes.hello.shout", True),
        ("nodes", {}),
        ("start", "Not a name"),
        ("languages", []),
    ],
)
def test_a_wrong_shape_is_refused(path: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        MenuTree.model_validate(_with(path, value))


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_the_delivered_menus_are_without_a_fault(pack: str) -> None:
    plan = pack_plan(PROJECT / "packs" / pack)
    assert {"main", "emergency"} <= set(plan.menus)
    for menu in plan.menus.values():
        assert problems(menu.tree, Known(FLOWS, QUEUES, plan.hours)) == []
    assert plan.lines[0].menu == "main", "an unknown number is answered by the first line"
    assert [line.dnis for line in plan.lines] == sorted(line.dnis for line in plan.lines)
    for line in plan.lines:
        assert line.menu in plan.menus
        assert line.hours in plan.hours


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_every_emergency_of_the_menus_has_a_safety_text_and_a_kind_of_order(pack: str) -> None:
    folder = PROJECT / "packs" / pack
    reported = {
        node.urgent
        for menu in pack_plan(folder).menus.values()
        for node in menu.tree.nodes.values()
        if isinstance(node, Queue) and node.urgent
    }
    emergencies = {fault.id for fault in load_phrases(folder).faults if fault.safety is not None}
    assert reported == emergencies
    types = WORK_ORDER_TYPES.parse(content(folder / "work_orders.yaml"))
    assert {types.for_fault(fault).urgency for fault in reported} == {"emergency"}


def test_an_emergency_that_would_talk_before_it_rings_is_refused() -> None:
    leak = {"kind": "queue", "queue": "service", "urgent": "leak"}
    assert _found(_with("nodes.agent", leak)) == []
    spoken = leak | {"text": {"zh": "请稍候。", "en": "Please hold."}}
    assert _found(_with("nodes.agent", spoken)) == [("error", "urgent-waits", "agent")]


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_phrases_hold_the_same_values_in_both_languages(pack: str) -> None:
    phrases = load_phrases(PROJECT / "packs" / pack)
    assert phrases.differing() == []
    assert phrases.faults


@settings(deadline=None)
@given(menus())
def test_a_check_never_fails_itself(body: dict[str, Any]) -> None:
    tree = MenuTree.model_validate(body)
    found = problems(tree, KNOWN)
    assert all(one.words.to("en", **dict(one.values)) for one in found)


@settings(deadline=None)
@given(menus())
def test_any_tree_can_be_drawn(body: dict[str, Any]) -> None:
    tree = MenuTree.model_validate(body)
    drawn = ElementTree.fromstring(draw_svg(tree, "zh_CN"))
    nodes = {one.get("data-node") for one in drawn.iter() if one.get("data-node")}
    assert nodes == set(tree.nodes)
    assert draw_text(tree, "en").startswith("hello\n")


def test_a_drawing_cannot_be_injected() -> None:
    evil = {"zh": "<script>alert(1)</script>", "en": "\"'><img src=x>"}
    drawn = draw_svg(MenuTree.model_validate(_with("nodes.hello.text", evil)), "zh_CN")
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


@pytest.mark.parametrize(
    ("look", "shown"),
    [
        (Look(), "Announcement · emergency_no…"),
        (Look(traffic=Traffic()), "Announcement · emerge…"),
    ],
)
def test_a_name_too_long_for_its_box_is_shortened_and_told_whole(look: Look, shown: str) -> None:
    tree = MenuTree.model_validate(_with("nodes.emergency_notice", GOOD["nodes"]["hello"]))
    drawn = ElementTree.fromstring(draw_svg(tree, "en", look))
    node = drawn.find(".//*[@data-node='emergency_notice']")
    assert node is not None
    assert [node.findtext(f"{{*}}{name}") for name in ("title", "text")] == [
        "Announcement · emergency_notice", shown
    ]  # fmt: skip


def test_a_drawing_shows_keys_and_names() -> None:
    drawn = draw_svg(MenuTree.model_validate(GOOD), "zh_CN")
    assert drawn.count('class="menu-node ') == 5
    assert drawn.count('class="menu-edge ') == 4
    assert ">1  欠费请按1</text>" in drawn
    assert "菜单 · ask" in drawn


def test_the_terminal_tree_follows_the_keys() -> None:
    lines = draw_text(MenuTree.model_validate(GOOD), "en").splitlines()
    assert lines[1] == "Announcement · hello  hello"
    assert "      [1]" in lines
    assert lines[-1] == "        Queue · agent  service"
