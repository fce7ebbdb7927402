"""Rules that send callers on are data; mistakes are found before they count."""

from typing import Any

import pytest

from crm.catalog.kinds import QUEUES
from crm.catalog.queues import Queues


def body(**overflow: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("service", "repair", "billing")
    return {
        "queues": [
            {"name": name, "label": {"zh": "队", "en": "Q"}, "overflow": overflow.get(name, [])}
            for name in names
        ]
    }


def codes(**overflow: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(found.code, found.where) for found in QUEUES.problems(body(**overflow))]


def test_ways_out_for_each_reason_are_taken() -> None:
    rules = [
        {"when": "absence", "to": "message"},
        {"when": "length", "at": 20, "to": "callback"},
        {"when": "wait", "at": 300, "to": "queue:service"},
    ]
    assert codes(billing=rules) == []
    queue = Queues.model_validate(body(billing=rules)).queues[2]
    assert [(rule.when, rule.at, rule.to, rule.queue) for rule in queue.overflow] == [
        ("absence", 0, "message", ""),
        ("length", 20, "callback", ""),
        ("wait", 300, "queue:service", "service"),
    ]


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([{"when": "wait", "to": "message"}], "overflow-number"),
        ([{"when": "length", "to": "message"}], "overflow-number"),
        ([{"when": "absence", "at": 3, "to": "message"}], "overflow-number"),
        ([{"when": "wait", "at": 600, "to": "message"}], "overflow-late"),
        ([{"when": "absence", "to": "queue:nowhere"}], "overflow-nowhere"),
        (
            [{"when": "absence", "to": "message"}, {"when": "absence", "to": "callback"}],
            "overflow-twice",
        ),
    ],
)
def test_mistakes_are_found(rules: list[dict[str, Any]], code: str) -> None:
    assert codes(billing=rules) == [(code, "billing")]


@pytest.mark.parametrize("to", ["", "queue:", "queue:$(x)", "hangup", "queue:Service", "message;x"])
def test_strange_ways_out_are_refused(to: str) -> None:
    assert codes(billing=[{"when": "absence", "to": to}]) == [("shape", "queues.2.overflow.0.to")]


def test_nobody_is_sent_round_in_a_circle() -> None:
    def on(to: str) -> list[dict[str, Any]]:
        return [{"when": "absence", "to": f"queue:{to}"}]

    assert codes(billing=on("repair"), repair=on("service")) == []
    assert codes(billing=on("repair"), repair=on("service"), service=on("billing")) == [
        ("overflow-circle", name) for name in ("service", "repair", "billing")
    ]
    assert ("overflow-circle", "billing") in codes(billing=on("billing"))
