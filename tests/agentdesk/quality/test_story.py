from datetime import UTC, datetime, timedelta

import pytest
import yaml

from agentdesk.panels.labels import Labels
from agentdesk.panels.route import meaning
from agentdesk.quality.story import Moment, marks, story
from ivr.kinds import IVR_MENU
from mainline.config import Settings
from mainline.i18n import speaking
from mainline.journal.call_events import (
    CallDisposed,
    CallEnded,
    CallOffered,
    KeyPressed,
    MenuStarted,
    QueueEntered,
    RecordingStarted,
)
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, CallTransferred
from mainline.text import LocalizedText

START = datetime(2026, 11, 23, 2, tzinfo=UTC)
CALL = {"subject": "call:c1"}
WORDS = Labels(queues={"repair": LocalizedText(zh="故障报修", en="Fault reports")})


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


EVENTS = [
    CallEnded(**CALL, at=at(61)),
    CallOffered(**CALL, at=at(0), ani="13800008000", dnis="96777"),
    RecordingStarted(**CALL, at=at(1), file="f"),
    KeyPressed(**CALL, at=at(9), node="main", keys="1"),
    QueueEntered(**CALL, at=at(11), queue="repair"),
    AgentAnswered(**CALL, at=at(21), agent="8001"),
    AgentLeftCall(**CALL, at=at(60.5), agent="8001"),
    CallDisposed(**CALL, at=at(90), agent="8001", reason="fault"),
]


def told() -> list[Moment]:
    return story(EVENTS, WORDS, recorded_from=at(1), duration_s=60.0)


def test_moments_come_in_the_order_in_which_they_happened(english: None):
    assert [moment.words for moment in told()] == [
        "call comes in on 96777",
        "presses 1: main",
        "waits in Fault reports",
        "8001 answers",
        "8001 leaves the call",
        "call ends",
        "wrap-up done by 8001",
    ]


def test_keys_are_told_in_the_words_of_the_menu(english: None, settings: Settings):
    source = yaml.safe_load((settings.pack_dir / "menus" / "main.yaml").read_text("utf-8"))
    tree = IVR_MENU.parse(source)
    begun = MenuStarted(**CALL, at=at(2), menu="main", version=1, language="zh")
    moments = story(
        [*EVENTS, begun], WORDS, trees={"main": tree}, recorded_from=at(1), duration_s=60.0
    )
    (pressed,) = [moment.words for moment in moments if moment.kind == "key.pressed"]
    assert pressed == "presses 1: " + meaning(tree, "main", "1", "en")
    assert pressed != "presses 1: main"


def test_the_same_in_chinese():
    with speaking("zh_CN"):
        assert [moment.words for moment in told()][2:4] == ["进入故障报修队列等待", "8001 接听"]


def test_a_moment_is_at_its_place_in_the_recording(english: None):
    offsets = {moment.kind: moment.offset_s for moment in told()}
    assert offsets["key.pressed"] == 8.0
    assert offsets["agent.answered"] == 20.0


def test_what_is_just_outside_of_the_recording_sticks_to_its_edge(english: None):
    offsets = {moment.kind: moment.offset_s for moment in told()}
    assert offsets["call.offered"] == 0.0
    assert offsets["call.ended"] == 60.0
    assert offsets["call.disposed"] is None


def test_without_a_recording_nothing_has_a_place(english: None):
    moments = story(EVENTS, WORDS, recorded_from=None, duration_s=None)
    assert {moment.offset_s for moment in moments} == {None}
    assert marks(moments) == []


def test_marks_are_few_enough_to_be_read(english: None):
    assert [mark.kind for mark in marks(told())] == [
        "call.offered",
        "key.pressed",
        "queue.entered",
        "agent.answered",
        "call.ended",
    ]


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_keyed_text_cannot_break_the_words(locale: str):
    event = KeyPressed(**CALL, at=at(9), node="%(node)s", keys="%s*")
    with speaking(locale):  # type: ignore[arg-type]
        (moment,) = story([event], WORDS, recorded_from=at(1), duration_s=60)
    assert "%s*" in moment.words


@pytest.mark.parametrize(
    ("target", "shown"),
    [("8002", "8002"), ("repair", "Fault reports"), ("13800008000", "138****8000")],
)
def test_a_number_outside_is_masked_where_a_call_was_sent(target: str, shown: str, english: None):
    event = CallTransferred(**CALL, at=at(9), how="blind", agent="8001", target=target)
    (moment,) = story([event], WORDS, recorded_from=None, duration_s=None)
    assert moment.words == f"transferred to {shown}"
