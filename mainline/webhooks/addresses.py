"""Where facts may be sent: never to this machine or its network, unless the settings say so."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from mainline.errors import MainlineError
from mainline.i18n import Text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
RESOLVE_S: Final = 5.0


class AddressRefused(MainlineError):
    """No address outside, or one that is not to be called."""

    code = "webhook-address"
    status = 422
    words = Text(
        "Facts are sent to http or https addresses outside of this network only. "
        "The setting MAINLINE_WEBHOOK_ALLOW names networks that are allowed all the same."
    )


def networks(text: str) -> list[Network]:
    """Comma-separated networks."""
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def allowed(address: str, inside: Sequence[Network]) -> bool:
    """Whether this address may be called."""
    found = _plain(ipaddress.ip_address(address.partition("%")[0]))
    if any(found.version == one.version and found in one for one in inside):
        return True
    return found.is_global and not found.is_multicast


def _plain(address: Address) -> Address:
    """An IPv4 address in an IPv6 disguise is what it is."""
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def host_of(url: str) -> str:
    """The host of an address that may be called as far as one can see from it."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise AddressRefused from error
    strange = parts.username or parts.password or parts.fragment or port == 0
    if parts.scheme not in {"http", "https"} or not host or strange:
        raise AddressRefused
    if not url.isascii() or any(each.isspace() for each in url):
        raise AddressRefused
    return host


def refuse_literal(url: str, inside: Sequence[Network]) -> None:
    """An address in figures is not looked up, so it is looked at here; the rest at each call."""
    host = host_of(url)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            raise AddressRefused from None
        return
    if not allowed(host, inside):
        raise AddressRefused


class GuardedResolver(AbstractResolver):
    """Looks names up for each connection, and gives only addresses that may be called."""

    def __init__(self, inside: Sequence[Network], names: AbstractResolver | None = None) -> None:
        self._inside, self._names = inside, names or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """One bad address among good ones refuses the name."""
        async with asyncio.timeout(RESOLVE_S):
            found = await self._names.resolve(host, port, family)
        if not found or not all(allowed(one["host"], self._inside) for one in found):
            raise AddressRefused
        return found

    async def close(self) -> None:
        """Let go."""
        await self._names.close()
