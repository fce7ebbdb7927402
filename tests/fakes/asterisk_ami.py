"""Asterisk's manager interface: takes log-ins, keeps every action, answers as told."""

import asyncio
from collections.abc import Callable, Sequence

USER, SECRET = "live", "word-between-us"

Action = dict[str, list[str]]
Answers = Callable[["Connection", Action], Sequence[bytes] | None]


def message(**fields: str | int) -> bytes:
    """One message on the wire."""
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n"


def success(_connection: "Connection", action: Action) -> Sequence[bytes]:
    """Yes to everything."""
    return [message(Response="Success", ActionID=action["ActionID"][0])]


class Connection:
    """One client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, raw: bytes) -> None:
        """Anything."""
        self.writer.write(raw)

    def event(self, name: str, **fields: str | int) -> None:
        """An event."""
        self.say(message(Event=name, **fields))

    def cut(self) -> None:
        """The link is gone."""
        self.writer.transport.abort()


class AmiServer:
    """``answers`` turns an action into messages; None leaves it unanswered."""

    def __init__(self, answers: Answers = success) -> None:
        self.answers = answers
        self.actions: list[Action] = []
        self.connections: list[Connection] = []
        self.grown = asyncio.Condition()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> "AmiServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self.connections:
            connection.cut()

    def names(self) -> list[str]:
        """The actions so far, without pings and log-ins."""
        return [
            action["Action"][0]
            for action in self.actions
            if action["Action"][0] not in {"Login", "Ping"}
        ]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds; asked again after each action and connection."""
        async with asyncio.timeout(60), self.grown:
            await self.grown.wait_for(holds)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        self.connections.append(connection)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                await self._take(connection, _action(raw.decode()))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _take(self, connection: Connection, action: Action) -> None:
        async with self.grown:
            self.actions.append(action)
            self.grown.notify_all()
        name, number = action["Action"][0], action["ActionID"][0]
        if name == "Login" and action["Secret"] != [SECRET]:
            refusal = "Authentication failed"
            connection.say(message(Response="Error", ActionID=number, Message=refusal))
            return
        answers = success if name == "Login" else self.answers
        for raw in answers(connection, action) or ():
            connection.say(raw)


def _action(raw: str) -> Action:
    action: Action = {}
    for line in raw.removesuffix("\r\n\r\n").split("\r\n"):
        key, _, value = line.partition(": ")
        action.setdefault(key, []).append(value)
    return action
