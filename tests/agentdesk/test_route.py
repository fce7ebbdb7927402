"""The caller's way through the menu, in the words of the menu."""

from agentdesk.panels.route import FLOW_WORDS, Turn, came_by, offered
from ivr.flows import FLOWS
from ivr.menu import MenuTree
from mainline.journal.call_events import FlowFinished, KeyPressed, MenuStarted

CALL = "call:1.1"
TREE = MenuTree.model_validate(
    {
        "title": {"zh": "热线", "en": "Hotline"},
        "start": "main",
        "person": "agent",
        "nodes": {
            "main": {
                "kind": "menu",
                "choices": [
                    {"key": "1", "text": {"zh": "报修请按1。", "en": "To report a fault, press 1."},
                     "go": "agent"},
                ],
            },
            "agent": {"kind": "queue", "queue": "service"},
        },
    }
)  # fmt: skip


def test_keys_are_told_in_the_words_of_the_menu_and_of_the_reader() -> None:
    events = [
        MenuStarted(subject=CALL, menu="main", version=1, language="zh"),
        KeyPressed(subject=CALL, node="main", keys="1"),
        FlowFinished(subject=CALL, flow="arrears", result="person"),
        KeyPressed(subject=CALL, node="main", keys="0"),
    ]
    assert came_by(events, {"main": TREE}, "zh_CN") == [
        Turn("1", "报修"),
        Turn("", "欠费与账单", "person"),
        Turn("0", "人工"),
    ]
    assert came_by(events, {"main": TREE}, "en")[0] == Turn("1", "To report a fault")


def test_a_menu_nobody_has_any_more_still_shows_its_nodes() -> None:
    events = [
        MenuStarted(subject=CALL, menu="gone", version=3, language="zh"),
        KeyPressed(subject=CALL, node="bills", keys="2"),
    ]
    assert came_by(events, {}, "en") == [Turn("2", "bills")]


def test_words_about_the_key_are_left_out() -> None:
    assert offered("暖气不热、漏水等故障报修请按1。") == "暖气不热、漏水等故障报修"
    assert offered("For bills and payments, press 2.") == "For bills and payments"


def test_every_self_service_has_words_for_the_page() -> None:
    assert set(FLOW_WORDS) == set(FLOWS)
