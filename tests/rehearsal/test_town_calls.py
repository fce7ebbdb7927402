"""A small town calls a running Mainline: real SIP, robots answer, the books agree.

Then it tries a menu that is not published, beside the running one.
"""

import contextlib
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ivr.kinds import IVR_MENU
from mainline import definitions
from mainline.sip.listening import NotHeardError, until
from mainline.sip.sound import read_channels
from mainline.sip.tones import likeness, seconds_of_tone
from rehearsal.scenario import load
from rehearsal.voices import Voices
from tests.calls.books import problems
from tests.calls.instance import PREPARE_S, READY_S, Instance, private_settings
from tests.support.metronome import Stalls, listening

pytestmark = [
    pytest.mark.call,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(900),  # two instances are prepared
]
REHEARSED_S = PREPARE_S + READY_S
"""With a draft, an instance beside the running one is prepared first."""

SMALL = """
title: {zh: 小演练, en: A small rehearsal}
curve: [{minute: 0, calls_per_minute: 24}, {minute: 0.3, calls_per_minute: 24}]
wants: [{name: person, share: 1, line: 1, says: {zh: 家里漏水了。, en: Water is leaking.}}]
callers: {withheld: 0.2, unknown: 0.2, patience_s: 3600}
crew: {robots: 3, answer_s: 0.5, talk_s: 5, wrapup_s: 1, declines: 0, misses: 0, holds: 0.3,
  hangs_up: 0}
"""
DRAFT = {
    "title": {"zh": "草稿", "en": "Draft"},
    "languages": ["zh", "en"],
    "start": "drafted",
    "person": "drafted",
    "nodes": {"drafted": {"kind": "queue", "queue": "service"}},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stalls(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stalls]:
    async with listening(tmp_path_factory.mktemp("stalls")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def instance(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    running = Instance(private_settings(tmp_path_factory.mktemp("town")))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return str(path)


async def rehearsed(instance: Instance, tmp_path: Path, *words: str) -> tuple[str, dict[str, Any]]:
    data = tmp_path / "figures.json"
    told = await instance.command(
        "rehearse", *words, "--seed", "7", "--data", str(data), within_s=REHEARSED_S
    )
    return told, json.loads(data.read_text("utf-8"))


async def test_everybody_who_calls_is_answered_and_the_books_agree(
    instance: Instance, stalls: Stalls, tmp_path: Path, small: str
) -> None:
    told, figures = await rehearsed(instance, tmp_path, small)
    assert figures["calls"] >= 4, told
    assert figures["outcomes"] == {"answered": figures["calls"]}, told
    assert figures["persons"]["answered"] == figures["calls"]
    for late in figures["late"]:
        stalls.add(datetime.fromisoformat(late["until"]), late["seconds"])

    def broken() -> list[str]:
        return problems(instance.facts, instance.books, stalled_s=stalls.between)

    with contextlib.suppress(NotHeardError):  # the last recording is stored a moment later
        await until(lambda: not broken(), 60, "recordings and sums of all calls")
    assert broken() == []
    facts = instance.facts.since(0)
    answered = {f.payload["agent"] for f in facts if f.kind == "agent.answered"}
    assert answered <= {"9001", "9002", "9003"}
    signed_out = {f.subject for f in facts if f.kind == "agent.signed_out"}
    assert signed_out >= {"agent:9001", "agent:9002", "agent:9003"}
    await _words_are_recorded_left_and_the_robots_tone_right(instance, small)


async def _words_are_recorded_left_and_the_robots_tone_right(
    instance: Instance, small: str
) -> None:
    with Voices(instance.settings.sounds_dir, "", "zh") as voices:
        words = await voices.of(load(small).wants[0].says, 440)
    facts = instance.facts.since(0)
    held = {f.subject for f in facts if f.kind == "agent.held"}  # little of their robot is heard
    call = next(f.subject for f in facts if f.kind == "agent.answered" and f.subject not in held)
    path = await instance.recording(call.removeprefix("call:"))
    (caller, agent), _rate = read_channels(path)
    assert likeness(caller, words) >= 0.6
    assert seconds_of_tone(caller, 440) == 0
    assert seconds_of_tone(agent, 1000) > 1


async def test_a_draft_is_called_beside_the_running_instance_and_nothing_of_it_stays(
    instance: Instance,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    small: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with instance.database.unit_of_work() as session:
        await definitions.draft(session, IVR_MENU.name, "emergency", DRAFT, author="test")
    before, folder = instance.facts.last_id(), tmp_path_factory.mktemp("b")
    monkeypatch.setenv("TMPDIR", str(folder))
    told, figures = await rehearsed(instance, tmp_path, small, "--menu-draft", "emergency")
    assert figures["calls"] >= 4, told
    assert figures["outcomes"] == {"answered": figures["calls"]}, told
    assert figures["steps"] == {"emergency/drafted": figures["calls"]}
    assert list(folder.iterdir()) == []
    assert _processes_of(folder) == []
    assert instance.facts.last_id() == before
    async with instance.database.reading() as session:
        kept = (await definitions.history(session, IVR_MENU.name, "emergency"))[0]
    assert kept.published_at is None


def _processes_of(folder: Path) -> list[str]:
    mark = f"MAINLINE_HOME={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue  # it has ended meanwhile
    return found
