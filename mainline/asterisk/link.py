"""How a verb reaches Asterisk: one AMI link, on which nothing is sent twice."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from mainline.asterisk.ami import Ami, AmiRefused, Value
from mainline.clock import now
from mainline.ids import CallId

RING_S: Final = 20
"""How long an agent's own telephone rings when we call it."""


class Link:
    """What all verbs share. ``key_prefix`` begins the ids of the calls that are placed."""

    def __init__(self, ami: Ami, *, key_prefix: str = "ml00000000") -> None:
        self._ami, self._key_prefix = ami, key_prefix

    async def _originate(
        self,
        channel: str,
        context: str,
        exten: str,
        *,
        variables: tuple[str, ...],
        call_id: CallId,
        ring_s: int = RING_S,
    ) -> None:
        await self._ami.action(
            "Originate",
            {
                "Channel": channel,
                "Context": context,
                "Exten": exten,
                "Priority": 1,
                "Timeout": ring_s * 1000,
                "Async": "true",
                "ChannelId": call_id,
                "Variable": variables,
            },
        )

    def _new_id(self) -> CallId:
        """Like Asterisk's own, but not one that it will make."""
        number = 100_000_000 + secrets.randbelow(900_000_000)
        return CallId(f"{self._key_prefix}-{int(now().timestamp())}.{number}")

    async def _unless(self, harmless: str, action: str, values: Mapping[str, Value]) -> None:
        try:
            await self._ami.action(action, values)
        except AmiRefused as refused:
            if harmless.lower() not in refused.detail.lower():
                raise
