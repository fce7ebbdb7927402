"""Keys are answers in the order in which they were pressed, whenever that was."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainline.asterisk.agi import AgiWire, Environment
from mainline.asterisk.agi_call import AgiCall
from mainline.asterisk.call import CallerGone
from mainline.asterisk.keys import KeysAhead

ASKED = 'GET VARIABLE "SHIFT(MAINLINE_KEYED)"\n'
NONE = "200 result=0"
GONE = "511 result=-1 Command Not Permitted on a dead channel"


class Line:
    """Asterisk's side: each command has its answer; ``noted`` are the keys since one looked."""

    def __init__(self, *replies: str, noted: Sequence[str] = ()) -> None:
        self.commands: list[str] = []
        self._replies, self._noted = list(replies), list(noted)
        self._reader = asyncio.StreamReader()

    def write(self, data: bytes) -> None:
        if data.decode() != ASKED:
            self.commands.append(data.decode())
            reply = self._replies.pop(0)
        else:
            keys = self._noted.pop(0) if self._noted else ""
            reply = keys if keys == GONE else f"200 result=1 ({keys})" if keys else NONE
        self._reader.feed_data(f"{reply}\n".encode())

    @property
    def call(self) -> AgiCall:
        wire = AgiWire(self._reader, self)  # type: ignore[arg-type]
        return AgiCall(Environment("inbound", "PJSIP/t-1", "ml-1.0", "138", "96777"), wire)


def heard(key: str) -> str:
    """The answer to a command that a key has ended."""
    return f"200 result={ord(key)} endpos=10"


# --- where the line notes nothing: what commands hear ------------------------------------------


async def test_several_keys_after_several_sounds():
    line = Line(NONE, "200 result=1234 (timeout)")
    assert await line.call.collect(["/s/a", "/s/b"], digits_max=9, timeout_s=5) == "1234"
    assert line.commands == [
        'STREAM FILE "/s/a" "0123456789*#"\n',
        'GET DATA "/s/b" "5000" "9"\n',
    ]


async def test_a_star_among_the_keys_comes_through():
    line = Line("200 result=12*3")
    assert await line.call.collect([], digits_max=9, timeout_s=5) == "12*3"


async def test_a_key_pressed_early_ends_the_sounds_and_counts():
    line = Line(heard("1"), "200 result=23")
    assert await line.call.collect(["/s/a", "/s/b", "/s/c"], digits_max=3, timeout_s=5) == "123"
    assert line.commands[1:] == ['GET DATA "" "5000" "2"\n']


async def test_hash_pressed_early_is_an_empty_entry():
    line = Line(heard("#"))
    assert await line.call.collect(["/s/a", "/s/b"], digits_max=3, timeout_s=5) == ""
    assert len(line.commands) == 1


async def test_a_single_key_may_be_the_hash_itself():
    line = Line(NONE, heard("#"))
    assert await line.call.collect(["/s/a"], digits_max=1, timeout_s=2.5) == "#"
    assert line.commands == ['STREAM FILE "/s/a" "0123456789*#"\n', 'WAIT FOR DIGIT "2500"\n']


@pytest.mark.parametrize("digits_max", [1, 4])
async def test_no_key_is_an_empty_string(digits_max: int):
    line = Line(NONE if digits_max == 1 else "200 result= (timeout)")
    assert await line.call.collect([], digits_max=digits_max, timeout_s=1) == ""


# --- where it notes them: typing ahead ---------------------------------------------------------


async def test_keys_pressed_before_anybody_asked_answer_one_question_after_the_other():
    line = Line(noted=["145#26"])
    call = line.call
    assert await call.collect(["/s/menu"], digits_max=1, timeout_s=5) == "1"
    assert await call.collect(["/s/account"], digits_max=10, timeout_s=5) == "45"
    assert await call.collect(["/s/menu"], digits_max=1, timeout_s=5) == "2"
    assert await call.collect(["/s/menu"], digits_max=1, timeout_s=5) == "6"
    assert line.commands == [], "whoever has answered hears no question"


async def test_an_entry_that_has_begun_goes_on_without_the_question():
    line = Line("200 result=34", noted=["12", "34"])
    assert await line.call.collect(["/s/a", "/s/b"], digits_max=6, timeout_s=5) == "1234"
    assert line.commands == ['GET DATA "" "5000" "4"\n']


async def test_a_key_heard_and_noted_counts_once_and_the_next_one_is_kept():
    line = Line(heard("1"), noted=["", "12"])
    call = line.call
    assert await call.collect(["/s/a"], digits_max=1, timeout_s=5) == "1"
    assert await call.collect(["/s/b"], digits_max=1, timeout_s=5) == "2"
    assert len(line.commands) == 1


@pytest.mark.parametrize(("digits_max", "reply"), [(1, NONE), (4, "200 result=13 (timeout)")])
async def test_a_key_between_two_commands_counts(digits_max: int, reply: str):
    line = Line(reply, noted=["", "123"])
    wanted = "1" if digits_max == 1 else "123"
    assert await line.call.collect([], digits_max=digits_max, timeout_s=5) == wanted


async def test_the_end_of_an_entry_that_was_long_enough_is_no_answer_to_the_next_question():
    line = Line("200 result=1234", NONE, noted=["", "1234", "#"])
    call = line.call
    assert await call.collect([], digits_max=4, timeout_s=5) == "1234"
    assert await call.collect([], digits_max=1, timeout_s=5) == ""


async def test_what_was_pressed_before_the_hang_up_counts():
    line = Line(heard("3"), noted=["", GONE])
    call = line.call
    assert await call.collect(["/s/a"], digits_max=1, timeout_s=5) == "3"
    with pytest.raises(CallerGone):
        await call.collect(["/s/b"], digits_max=1, timeout_s=5)


async def test_keys_pressed_while_speaking_to_a_recorder_answer_nothing(tmp_path):
    line = Line("200 result=35 (dtmf) endpos=16000", NONE, noted=["#1", ""])
    call = line.call
    assert await call.record(tmp_path / "m.wav", max_s=60, silence_s=3)
    assert await call.collect([], digits_max=1, timeout_s=5) == ""


@given(st.text("0123456789*", max_size=30), st.data())
def test_typed_in_any_pieces_single_keys_come_out_as_they_were_pressed(keys: str, data):
    ahead, taken, rest = KeysAhead(), "", keys
    while rest:
        cut = data.draw(st.integers(1, len(rest)))
        ahead.add(rest[:cut])
        rest = rest[cut:]
        taken += ahead.whole(1) or ""
    while len(ahead):
        taken += ahead.rest(1)
    assert taken == keys
    assert ahead.whole(1) is None
