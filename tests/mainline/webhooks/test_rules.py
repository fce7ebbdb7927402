"""What is told, when again, and which addresses are never called."""

import socket
from datetime import UTC, datetime

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from mainline.webhooks import rules
from mainline.webhooks.addresses import (
    AddressRefused,
    GuardedResolver,
    allowed,
    networks,
    refuse_literal,
)
from mainline.webhooks.service import known_kinds


def test_a_filter_names_kinds_or_their_beginning() -> None:
    assert rules.wants(["call.*"], "call.offered")
    assert not rules.wants(["call.*"], "callback.asked")
    assert rules.wants(["*"], "article.published")
    assert not rules.wants(["call.offered"], "call.offered2")
    assert rules.unknown(["call.*", "no.such", "agent.ready"], known_kinds()) == ["no.such"]


def test_codes_and_times_are_told_and_what_belongs_to_people_is_not() -> None:
    payload = {
        "subject": "do_not_call:13800008000", "at": "2026-11-23T02:00:00.5Z", "agent": "8001",
        "number": "20261123-0007", "how": "answered", "customer_id": 7, "kept": True,
        "ani": "8001", "keys": "1234", "phone": "13800008000", "said": "家里漏水", "tail": None,
        "path": ["hello", "main"], "told": {"to": "02412345678"},
    }  # fmt: skip
    told = rules.told(payload, private=False)
    assert told["withheld"] == ["ani", "keys", "phone", "said", "told"]
    assert told["subject"] == "do_not_call:*"
    kept = {"at", "agent", "number", "how", "customer_id", "kept", "tail", "path"}
    assert told.keys() - {"subject", "withheld"} == kept
    assert rules.told(payload, private=True) == payload
    call = rules.told({"subject": "call:1764012345.12"}, private=False)
    assert call == {"subject": "call:1764012345.12"}


def test_the_signature_is_that_of_time_and_body() -> None:
    at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert rules.signature("secret", at, b"{}") == (
        "t=1795399200,v1=68437e2d024c20326dc200d8c348cfa53a4b9c33df6d22d34a37578ccba355a5"
    )
    assert (
        rules.secret_of("a", "salt") != rules.secret_of("a", "tlas") != rules.secret_of("b", "salt")
    )


def test_pauses_grow_and_end_within_a_day() -> None:
    pauses = [rules.again_after(count).total_seconds() for count in range(1, 11)]
    assert pauses == sorted(pauses)
    assert sum(pauses[: rules.ATTEMPTS_MAX - 1]) < 86_400


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1",
        "::ffff:127.0.0.1", "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_inside_are_never_called(address: str) -> None:
    assert not allowed(address, [])


def test_addresses_outside_are_called_and_inside_those_that_the_setting_names() -> None:
    assert allowed("93.184.216.34", [])
    assert allowed("2606:4700::1111", [])
    inside = networks("10.0.0.0/8, 192.168.7.0/24")
    assert allowed("10.1.2.3", inside)
    assert not allowed("192.168.8.1", inside)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "http://", "http://localhost/", "http://[::1]/",
        "http://127.0.0.1:8080/", "https://user:pass@example.com/", "http://example.com:99999/",
        "http://a.localhost/", "http://example.com/ x", "http://例.com/", "http://example.com/#a",
        "http://[::ffff:10.0.0.1]/", "http://[bad/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_addresses_that_are_none_of_others_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        refuse_literal(url, [])


class Names(AbstractResolver):
    """Gives these addresses for any name."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for each in self.addresses
        ]

    async def close(self) -> None:
        return


async def test_a_name_that_leads_inside_is_refused_at_every_connection() -> None:
    good = GuardedResolver([], Names("93.184.216.34"))
    assert [one["host"] for one in await good.resolve("example.com", 443)] == ["93.184.216.34"]
    for addresses in (("127.0.0.1",), ("93.184.216.34", "10.0.0.1"), ()):
        with pytest.raises(AddressRefused):
            await GuardedResolver([], Names(*addresses)).resolve("example.com", 443)
