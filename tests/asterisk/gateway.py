"""A gateway that does what a test tells it: decides, freezes, dies."""

import asyncio
import contextlib
from typing import Literal

Behaviour = Literal["decides", "freezes", "dies"]


class FakeGateway:
    """Speaks just enough FastAGI to set variables."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = "decides"
        self.variables: dict[str, str] = {}
        self.requests: list[dict[str, str]] = []
        self._server: asyncio.Server | None = None
        self._frozen: set[asyncio.StreamWriter] = set()

    @classmethod
    async def open(cls, port: int) -> "FakeGateway":
        gateway = cls()
        gateway._server = await asyncio.start_server(gateway._serve, "127.0.0.1", port)
        return gateway

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._frozen:
            writer.close()

    def decide(self, **variables: str) -> None:
        self.variables = {"MAINLINE_AGI": "OK", **variables}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\n\n")).decode().strip().splitlines()
        self.requests.append(dict(line.split(": ", 1) for line in lines if ": " in line))
        if self.behaviour == "freezes":
            self._frozen.add(writer)
            return
        if self.behaviour == "decides":
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                for name, value in self.variables.items():
                    writer.write(f'SET VARIABLE "{name}" "{value}"\n'.encode())
                    await reader.readuntil(b"\n")
        writer.close()
