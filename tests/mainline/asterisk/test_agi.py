"""The reader of requests believes nobody; the writer of commands says one thing at a time."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainline.asterisk.agi import (
    AgiFailed,
    AgiHungUp,
    AgiRefused,
    AgiWire,
    Environment,
    command,
    read_environment,
)
from mainline.asterisk.agi_call import AgiCall
from mainline.asterisk.call import CallerGone
from mainline.db import Database
from tests.fakes.asterisk_agi import SECRET, request


def read(raw: bytes, *, eof: bool = False) -> Environment:
    async def once() -> Environment:
        reader = asyncio.StreamReader(limit=4096)
        reader.feed_data(raw)
        if eof:
            reader.feed_eof()
        return await read_environment(reader, SECRET)

    return asyncio.run(once())


def test_a_request_is_read():
    assert read(request("inbound?x=1")) == Environment(
        route="inbound",
        channel="PJSIP/trunk-00000001",
        uniqueid="ml1-1795428960.0",
        caller="13800008000",
        extension="96777",
        language="zh",
    )


def test_an_unknown_number_is_an_empty_one():
    assert read(request(callerid="unknown")).caller == ""


def test_a_name_in_an_old_chinese_encoding_does_not_cost_the_call():
    raw = request(calleridname="NAME").replace(b"NAME", "张三".encode("gbk"))
    assert read(raw).caller == "13800008000"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("1\nagi_extension: 110", "a key twice"),
        ("1\nagi_request: agi://x/admin", "a key twice"),
        ("1\nEvent: Forged", "not a pair"),
        ("1\r\nEvent: Forged", "control characters"),
        ("1\x00", "control characters"),
        ("1\u202e2", "control characters"),
        ("A" * 3000, "too much"),
        ("1\n\n200 result=1", "the shared secret is wrong or missing"),
    ],
)
def test_a_number_with_a_line_break_is_refused(number: str, why: str):
    with pytest.raises(AgiRefused, match=why):
        read(request(callerid=number))


@pytest.mark.parametrize("secret", ["", "guess", SECRET + "x", SECRET[:-1]])
def test_without_the_shared_secret_nothing_is_believed(secret: str):
    with pytest.raises(AgiRefused, match="secret"):
        read(request(secret=secret))


def test_an_empty_secret_of_our_own_lets_nobody_in():
    async def once() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(request(secret=""))
        await read_environment(reader, "")

    with pytest.raises(AgiRefused, match="secret"):
        asyncio.run(once())


def test_a_whole_forged_request_is_betrayed_by_what_follows_it():
    forged = request(callerid="1").decode().partition("agi_callerid: 1\n")
    raw = forged[0].encode() + b"agi_callerid: " + b"1\n" + forged[2].encode() + b"0\nagi_dnid: 1\n"
    with pytest.raises(AgiRefused, match="more after the request"):
        read(raw)


def test_a_probe_that_connects_and_closes_is_dropped_at_once():
    for raw in (b"", b"agi_network: yes\n", b"agi_network: yes"):
        with pytest.raises(AgiRefused, match="cut off"):
            read(raw, eof=True)


def test_too_many_keys_are_refused():
    many = "".join(f"agi_arg_{n}: x\n" for n in range(2, 80)).encode()
    with pytest.raises(AgiRefused, match="too much"):
        read(many + request())


_AWKWARD = st.text(alphabet="01\n\r\x00: agi_x", max_size=40).map(str.encode)


@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(
    number=st.one_of(st.binary(max_size=200), _AWKWARD),
    name=st.one_of(st.binary(max_size=60), _AWKWARD),
)
def test_whatever_the_caller_sends_no_other_field_changes(number: bytes, name: bytes):
    raw = request(callerid="NUMBER", calleridname="NAME")
    try:
        found = read(raw.replace(b"NUMBER", number).replace(b"NAME", name))
    except AgiRefused:
        return
    assert (found.route, found.uniqueid) == ("inbound", "ml1-1795428960.0")
    assert (found.extension, found.channel) == ("96777", "PJSIP/trunk-00000001")
    assert not set(found.caller) & set("\r\n\x00")


@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=3000))
def test_noise_is_refused_and_nothing_else_happens(raw: bytes):
    with pytest.raises(AgiRefused):
        read(raw, eof=True)


@settings(max_examples=1000)
@given(words=st.lists(st.text(max_size=50), min_size=1, max_size=5))
def test_a_command_is_one_line(words: list[str]):
    try:
        line = command("VERBOSE", *words)
    except AgiFailed:
        return
    assert line.count(b"\n") == 1
    assert line.endswith(b'"\n')


@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=400))
def test_noise_for_a_reply_ends_the_exchange_in_order(raw: bytes):
    async def once() -> None:
        wire, reader, _ = wire_over(raw)
        reader.feed_eof()
        try:
            await wire.ask("NOOP", within_s=1)
        except (AgiFailed, AgiHungUp):
            return

    asyncio.run(once())


class Sink:
    """The writing half of a connection; keeps what was written."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, data: bytes) -> None:
        self.written.append(data.decode())


def wire_over(replies: bytes) -> tuple[AgiWire, asyncio.StreamReader, Sink]:
    reader, sink = asyncio.StreamReader(limit=4096), Sink()
    reader.feed_data(replies)
    return AgiWire(reader, sink), reader, sink  # type: ignore[arg-type]


def call_over(*replies: str) -> tuple[AgiCall, Sink]:
    wire, _, sink = wire_over("".join(f"{reply}\n" for reply in replies).encode())
    return AgiCall(Environment("inbound", "PJSIP/t-1", "ml-1.0", "138", "96777"), wire), sink


async def test_a_variable_is_read_by_its_plain_name_and_none_is_empty():
    call, sink = call_over("200 result=1 (8001)", "200 result=0")
    assert await call.variable("MAINLINE_AGENT") == "8001"
    assert await call.variable("MAINLINE_QUEUE") == ""
    assert sink.written[0] == 'GET VARIABLE "MAINLINE_AGENT"\n'
    with pytest.raises(AgiFailed):
        await call.variable("SHELL(id)")


async def test_a_language_is_set_only_where_it_is_another():
    call, sink = call_over("200 result=1", "200 result=1")
    for language in ("en", "en", "zh"):
        await call.set_language(language)
    assert call.language == "zh"
    assert sink.written == [
        'SET VARIABLE "CHANNEL(language)" "en"\n',
        'SET VARIABLE "CHANNEL(language)" "zh"\n',
    ]


async def test_a_call_that_has_the_language_is_not_told():
    wire, _, sink = wire_over(b"")
    call = AgiCall(Environment("inbound", "PJSIP/t-1", "ml-1.0", "138", "96777", "zh"), wire)
    await call.set_language("zh")
    assert sink.written == []


@pytest.mark.parametrize(
    "replies",
    [
        ("HANGUP", "200 result=-1"),
        ("200 result=-1", "HANGUP", "200 result=0"),
        ("511 result=-1 Command Not Permitted on a dead channel",),
        ("200 result=1 (hangup)",),
        ("200 result=-1", "511 result=-1 Command Not Permitted"),
    ],
)
async def test_a_hang_up_in_any_form_is_a_caller_gone(replies: tuple[str, ...]):
    call, _ = call_over(*replies)
    with pytest.raises(CallerGone):
        await call.play(["/s/a"])


async def test_a_missing_sound_is_passed_over_and_told_apart_from_a_hang_up():
    call, sink = call_over("200 result=-1 endpos=0", "200 result=6", "200 result=0 endpos=8")
    await call.play(["/s/missing", "/s/there"])
    assert sink.written[-1] == 'STREAM FILE "/s/there" ""\n'


async def test_a_usage_error_of_many_lines_is_one_failure():
    call, _ = call_over("520-Invalid command syntax", "Usage: ANSWER", "520 End of proper usage.")
    with pytest.raises(AgiFailed, match="520"):
        await call.hold_deadline(9)


async def test_after_a_late_reply_nothing_more_is_said():
    wire, _, sink = wire_over(b"")
    with pytest.raises(AgiFailed, match="no reply"):
        await wire.ask("ANSWER", within_s=0.01)
    with pytest.raises(AgiHungUp):
        await wire.ask("HANGUP", within_s=0.01)
    assert sink.written == ["ANSWER\n"]


async def test_the_dead_man_switch_is_pushed():
    call, sink = call_over("200 result=1")
    await call.hold_deadline(12.34)
    assert sink.written == ['SET VARIABLE "TIMEOUT(absolute)" "12.3"\n']


async def test_a_short_recording_is_none(tmp_path: Path):
    short, long = "200 result=35 (dtmf) endpos=100", "200 result=0 (timeout) endpos=16000"
    call, sink = call_over(short, *_ok(1), long, *_ok(1))
    assert not await call.record(tmp_path / "m.wav", max_s=60, silence_s=3)
    assert await call.record(tmp_path / "m.wav", max_s=60, silence_s=3)
    assert sink.written[0] == f'RECORD FILE "{tmp_path}/m" "wav" "#" "60000" "0" "s=3"\n'


@pytest.mark.parametrize("sound", ["a&b", "a,b", "${SHELL(id)}", "", 'x"y', "王"])
async def test_a_sound_that_is_no_path_is_not_sent(sound: str):
    call, sink = call_over("200 result=0")
    with pytest.raises(AgiFailed):
        await call.play([sound])
    assert sink.written == []


@pytest.mark.parametrize("name", ["SHELL(x)", "a", "X)Y", ""])
async def test_functions_cannot_be_set(name: str):
    call, sink = call_over("200 result=1")
    with pytest.raises(AgiFailed):
        await call.set_variable(name, "x")
    assert sink.written == []


async def test_nobody_speaks_with_a_caller_while_a_transaction_is_open(tmp_path: Path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    call, sink = call_over("200 result=0")
    async with database.unit_of_work():
        with pytest.raises(RuntimeError, match="transaction"):
            await call.play(["/s/a"])
    await database.dispose()
    assert sink.written == []


def _ok(times: int) -> list[str]:
    return ["200 result=0"] * times


async def test_what_is_private_is_asked_between_the_end_and_the_beginning_of_a_recording():
    call, sink = call_over(*_ok(2), "200 result=49", *_ok(2))
    async with call.unrecorded():
        assert await call.collect([], digits_max=1, timeout_s=5) == "1"
    assert sink.written == [
        'GOSUB "ml-record-pause" "s" "1"\n',
        'GET VARIABLE "SHIFT(MAINLINE_KEYED)"\n',
        'WAIT FOR DIGIT "5000"\n',
        'GET VARIABLE "SHIFT(MAINLINE_KEYED)"\n',
        'GOSUB "ml-record-resume" "s" "1"\n',
    ]


async def test_the_recording_begins_again_whatever_fails_meanwhile():
    call, sink = call_over(*_ok(2))
    with pytest.raises(ZeroDivisionError):
        async with call.unrecorded():
            raise ZeroDivisionError
    assert sink.written[-1] == 'GOSUB "ml-record-resume" "s" "1"\n'


async def test_nothing_is_asked_of_a_line_that_is_gone():
    call, sink = call_over(*_ok(2))
    with pytest.raises(CallerGone):
        async with call.unrecorded():
            raise CallerGone
    assert sink.written == ['GOSUB "ml-record-pause" "s" "1"\n']
