"""Asterisk's side of FastAGI: connects, sends a request, answers commands as told."""

import asyncio
import shlex
from collections.abc import Callable

SECRET = "word-between-us"

Answer = Callable[[str], str | None]


def request(route: str = "inbound", *, secret: str = SECRET, **changed: str) -> bytes:
    """A request as Asterisk 22 sends it."""
    values = {
        "network": "yes",
        "network_script": route,
        "request": f"agi://127.0.0.1/{route}",
        "channel": "PJSIP/trunk-00000001",
        "language": "zh",
        "type": "PJSIP",
        "uniqueid": "ml1-1795428960.0",
        "version": "22.10.1",
        "callerid": "13800008000",
        "calleridname": "unknown",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": "96777",
        "rdnis": "unknown",
        "context": "ml-in",
        "extension": "96777",
        "priority": "15",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "139",
    }
    values.update(changed)
    lines = [f"agi_{key}: {value}\n" for key, value in values.items()]
    if secret:
        lines.append(f"agi_arg_1: {secret}\n")
    return ("".join(lines) + "\n").encode()


def success(_command: str) -> str:
    """Asterisk's usual answer."""
    return "200 result=1"


class AgiPeer:
    """One channel in AGI(); ``answer`` turns a command into a reply, None leaves it unanswered."""

    def __init__(self, port: int, answer: Answer = success, *, first: bytes | None = None) -> None:
        self._port, self._answer = port, answer
        self._first = request() if first is None else first
        self.commands: list[str] = []

    async def run(self) -> list[str]:
        """Until the server closes; the commands it sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(self._first)
            while line := await reader.readline():
                self.commands.append(line.decode().rstrip("\n"))
                if (reply := self._answer(self.commands[-1])) is None:
                    continue
                writer.write(reply.encode() + b"\n")
        except ConnectionError:
            pass
        finally:
            writer.close()
        return self.commands

    def variable(self, name: str) -> str | None:
        """The value that the server set last."""
        values = [value for command in self.commands for each, value in _set_by(command)
                  if each == name]  # fmt: skip
        return values[-1] if values else None


def _set_by(command: str) -> list[tuple[str, str]]:
    """Names and values that a command sets, one or many at once."""
    verb, *words = shlex.split(command)
    if [verb, *words[:1]] == ["EXEC", "MSet"]:
        pairs = (pair.partition("=") for pair in words[1].split(","))
        return [(name, value) for name, _, value in pairs]
    return [(words[1], words[2])] if [verb, *words[:1]] == ["SET", "VARIABLE"] else []
