"""A small town calls a running Mainline: real SIP, robots answer, the books agree."""

import json
from pathlib import Path

import pytest

from mainline.sip.listening import until
from tests.calls.books import problems
from tests.calls.instance import Instance, private_settings

pytestmark = pytest.mark.call

SMALL = """
title: {zh: 小演练, en: A small rehearsal}
curve: [{minute: 0, calls_per_minute: 24}, {minute: 0.3, calls_per_minute: 24}]
wants: [{name: person, share: 1, line: 1}]
callers: {withheld: 0.2, unknown: 0.2, patience_s: 3600}
crew: {robots: 3, answer_s: 0.5, talk_s: 3, wrapup_s: 1, declines: 0, misses: 0, holds: 0.3,
  hangs_up: 0.3}
"""


async def test_everybody_who_calls_is_answered_and_the_books_agree(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, "utf-8")
    instance = Instance(private_settings(tmp_path / "home"))
    await instance.start()
    try:
        told = await instance.command(
            "rehearse",
            str(tmp_path / "small.yaml"),
            "--seed",
            "7",
            "--data",
            str(tmp_path / "data"),
        )
        figures = json.loads((tmp_path / "data").read_text("utf-8"))
        assert figures["calls"] >= 4, told
        assert figures["outcomes"] == {"answered": figures["calls"]}, told
        assert figures["persons"]["answered"] == figures["calls"]

        def settled() -> bool:
            return not problems(instance.facts, instance.books, killed_calls=set())

        await until(settled, 30, "recordings and sums of all calls")
        answered = {
            f.payload["agent"] for f in instance.facts.since(0) if f.kind == "agent.answered"
        }
        assert answered <= {"9001", "9002", "9003"}
        signed_out = {f.subject for f in instance.facts.since(0) if f.kind == "agent.signed_out"}
        assert signed_out >= {"agent:9001", "agent:9002", "agent:9003"}
    finally:
        await instance.stop()
