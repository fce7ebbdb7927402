"""Reading what arrives: limits and refusals."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainline.sip import sdp
from mainline.sip.digest import Credentials, answer
from mainline.sip.message import (
    BadMessageError,
    Message,
    address,
    parameter,
    parse,
    place_of,
    user_of,
)

INVITE = (
    b"INVITE sip:95598@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKa\r\n"
    b'f: "Li" <sip:138@127.0.0.1>;tag=x\r\nTo: <sip:95598@127.0.0.1>\r\nCall-ID: c\r\n'
    b"CSeq: 1 INVITE\r\n\r\nv=0\r\n"
)


def test_compact_headers_are_read_like_long_ones() -> None:
    message = parse(INVITE)
    assert (message.method, message.branch, message.body) == ("INVITE", "z9hG4bKa", "v=0\r\n")
    assert user_of(address(message.get("From"))) == "138"
    assert parameter(message.get("From"), "tag") == "x"


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("sip:phone-8001@127.0.0.1:5060", ("127.0.0.1", 5060)),
        ("sip:127.0.0.1:5070;transport=udp", ("127.0.0.1", 5070)),
        ("127.0.0.1:25", ("127.0.0.1", 25)),
        ("sip:96777@hotline", None),
    ],
)
def test_the_place_of_a_uri_is_found(uri: str, place: tuple[str, int] | None) -> None:
    assert place_of(uri) == place


def test_a_message_written_and_read_again_is_the_same() -> None:
    message = parse(INVITE)
    again = parse(message.encode())
    assert (again.start, again.body) == (message.start, message.body)
    assert [pair for pair in again.headers if pair[0] != "Content-Length"] == [
        *message.headers,
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        INVITE.replace(b"Call-ID: c\r\n", b""),
        INVITE.replace(b"CSeq: 1 INVITE", b"CSeq: 1"),
        INVITE.replace(b"To: <sip:95598@127.0.0.1>", b"nonsense"),
        INVITE + b"x" * 20_000,
        b"SIP/2.0 abc OK\r\nVia: a\r\nCall-ID: b\r\nCSeq: 1 BYE\r\n\r\n",
        INVITE.replace(b"To:", b"a: b\r\n" * 200 + b"To:"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessageError):
        parse(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadMessageError):
        assert isinstance(parse(INVITE[:60] + data), Message)


def test_a_description_survives_writing_and_reading() -> None:
    here = sdp.Description("127.0.0.1", 4000, direction="sendonly")
    assert sdp.read(here.text(3)) == here


def test_a_description_without_sound_is_none() -> None:
    assert sdp.read("v=0\r\nm=video 1 RTP/AVP 99\r\n") is None


def test_the_digest_answer_of_the_rfc_example_is_met() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    mufasa = Credentials("Mufasa", "Circle Of Life")
    proof = answer(challenge, mufasa, "GET", "/dir/index.html")
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in proof
    assert "cnonce" not in proof
