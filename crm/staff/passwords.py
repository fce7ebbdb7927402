"""Passwords are kept as argon2 hashes. Hashing is slow on purpose, hence outside transactions."""

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN: Final = 8
LENGTH_MAX: Final = 200

_GROUPS: Final = 3
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what looks alike: it is read out or copied by hand."""
_hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
_NOBODY: Final = _hasher.hash("a password that nobody has")
_AT_ONCE: Final = 2
"""Each takes 32 MiB and a processor; a flood of sign-ins must not take the machine."""
_turn = asyncio.Semaphore(_AT_ONCE)


def invented() -> str:
    """A password for once, such as ``k7mp-x2qr-9tvw``."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(_GROUPS))
    return "-".join(groups)


def hashed(password: str) -> str:
    """What is stored."""
    return _hasher.hash(password)


async def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for somebody we do not know (None)."""
    async with _turn:
        return await asyncio.to_thread(_verify, password_hash, password[: LENGTH_MAX + 1])


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
