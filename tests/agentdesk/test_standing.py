"""The page and the server say the same of an agent, whatever happens in whatever order."""

import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

from crm.staff.floor import Fact, Standing, after
from mainline.config import PROJECT

KINDS = (
    "agent.signed_in", "agent.ready", "agent.paused", "agent.signed_out", "agent.wrapup_ended",
    "agent.offered", "agent.answered", "agent.missed", "agent.left_call", "call.placed",
    "call.rejoined", "call.ended", "agent.held", "agent.resumed", "agent.reserved",
    "agent.released", "agent.corrected",
)  # fmt: skip
SCRIPT = """
import { after, closed } from "./agentdesk/agent/static/standing.js";
const shifts = JSON.parse(await new Response(process.stdin).text());
const told = shifts.map((facts) => {
  let standing = closed();
  return facts.map((fact) => {
    standing = after(standing, fact.kind, fact);
    return [standing.word, standing.reason, standing.act, standing.call, standing.interrupted];
  });
});
console.log(JSON.stringify(told));
"""


def shift(dice: random.Random) -> list[dict[str, Any]]:
    """Some facts of one agent's day, many of them in an order that makes no sense."""
    began = datetime(2026, 11, 23, tzinfo=UTC)
    facts = []
    for second in range(dice.randint(1, 25)):
        kind = dice.choice(KINDS)
        mine = kind in KINDS[:5]
        subject = "agent:8001" if mine else f"call:{dice.choice('ab')}"
        at = (began + timedelta(seconds=second)).isoformat()
        found = dice.choice(("gone", "talking"))
        fact = {"kind": kind, "subject": subject, "at": at, "reason": "lunch", "found": found}
        facts.append(fact)
    return facts


def by_server(facts: list[dict[str, Any]]) -> list[list[str | None]]:
    standing, told = Standing(), []
    for fact in facts:
        place, _, name = fact["subject"].partition(":")
        call = name if place == "call" else ""
        details = {"agent.paused": fact["reason"], "agent.corrected": fact["found"]}
        detail = details.get(fact["kind"], "")
        moment = datetime.fromisoformat(fact["at"])
        standing = after(standing, Fact(moment, fact["kind"], call, detail))
        told.append([standing.word, standing.reason, standing.act, standing.call_id,
                     standing.interrupted])  # fmt: skip
    return told


def test_the_page_follows_the_same_rules_as_the_floor() -> None:
    dice = random.Random(8001)
    shifts = [shift(dice) for _ in range(400)]
    done = subprocess.run(
        ["node", "--input-type=module", "-e", SCRIPT], check=False,
        input=json.dumps(shifts), capture_output=True, text=True, cwd=PROJECT, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for facts, page in zip(shifts, json.loads(done.stdout), strict=True):
        assert page == by_server(facts), [fact["kind"] for fact in facts]
