"""The sound of one call: a packet every 20 ms, what is heard is kept, keys go both ways."""

import asyncio
import contextlib
import secrets
import socket
import struct
from collections import deque
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np

from mainline.sip.g711 import ALAW, FRAME, RATE, ULAW, Sound, decode, encode
from mainline.sip.sdp import KEYS_TYPE, Description, Direction

KEYS: Final = "0123456789*#ABCD"
MAX_HEARD_S: Final = 900
"""What is heard beyond this is not kept."""
MAX_PENDING_KEYS: Final = 64
"""Keys beyond this are refused: nobody keys so many at once."""
_TICK: Final = 0.02
CATCH_UP_S: Final = 2.0
"""A real telephone never stalls; ours sends late what a busy machine kept it from sending."""
_KEY_TICKS: Final = 6
"""A key lasts 120 ms, as a finger does."""
_KEY_PAUSE_TICKS: Final = 4
_RESTED: Final = RATE
"""A stream that is a second off the clock has rested or begun anew."""
_LATE: Final = 5 * FRAME
"""Less silence than this at the end is only the next packet on its way."""
_WAITING_MAX: Final = 1000
"""Twenty seconds of packets, more than a socket holds."""
_PACKET_MAX: Final = 2048
_HEADER: Final = struct.Struct("!BBHII")
_EVENT: Final = struct.Struct("!BBH")
_EVENT_BEGINS: Final = FRAME.to_bytes(2, "big")
_VOLUME: Final = 10
_END: Final = 0x80


def _packets_of(code: int) -> list[list[bytes]]:
    """Tick by tick what goes out for one key: growing durations, the end thrice, then a rest."""
    held = [[_EVENT.pack(code, _VOLUME, tick * FRAME)] for tick in range(1, _KEY_TICKS + 1)]
    end = _EVENT.pack(code, _END | _VOLUME, _KEY_TICKS * FRAME)
    rest: list[list[bytes]] = [[]] * _KEY_PAUSE_TICKS
    return [*held, [end] * 3, *rest]


@dataclass
class _Player:
    """What is being said: once, or round and round."""

    sound: Sound
    looped: bool
    done: asyncio.Event = field(default_factory=asyncio.Event)
    position: int = 0

    def next(self) -> Sound:
        frame = self.sound[self.position : self.position + FRAME]
        self.position += FRAME
        if self.position >= len(self.sound):
            self.position = 0
            if not self.looped:
                self.done.set()
        return np.pad(frame, (0, FRAME - len(frame)))


class Media(asyncio.DatagramProtocol):
    """One RTP session."""

    def __init__(self, own: socket.socket | None = None) -> None:
        self._socket = own
        self.codec = ALAW
        self.keys_heard = ""
        self.packets_heard = 0
        self.direction: Direction = "sendrecv"
        self.heard_changed = asyncio.Event()
        self._transport: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None
        self._remote: tuple[str, int] | None = None
        self._keys_type = KEYS_TYPE
        self._player: _Player | None = None
        self._keying: deque[list[bytes]] = deque()
        self._key_moment = 0
        self._heard: list[Sound] = []
        self._length = 0
        self._stream = (-1, 0)
        self._started = 0.0
        self._last_event = b""
        self._sequence, self._moment = 1, 160
        self._source = secrets.randbits(32)

    @classmethod
    async def open(cls, host: str) -> "Media":
        """Take a free port."""
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.bind((host, 0))
        loop = asyncio.get_running_loop()
        _, media = await loop.create_datagram_endpoint(lambda: cls(own), sock=own)
        return media

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self._started = asyncio.get_running_loop().time()

    @property
    def port(self) -> int:
        """Where we want to hear."""
        assert self._transport is not None  # noqa: S101 - open() made it
        return int(self._transport.get_extra_info("sockname")[1])

    def connect(self, other: Description) -> None:
        """The other side said where it listens."""
        self._remote = (other.host, other.port) if other.port else None
        self._keys_type = other.keys_type
        self.codec = next(iter(other.codecs), ALAW)
        self.direction = other.direction
        if self._task is None:
            self._task = asyncio.create_task(self._speak())

    def close(self) -> None:
        """Stop speaking and hearing."""
        if self._task:
            self._task.cancel()
        if self._transport:
            self._transport.close()

    # --- speaking ---------------------------------------------------------------------------

    def play(self, sound: Sound, *, loop: bool = False) -> asyncio.Event:
        """Say this from now on; the event tells when it is said."""
        self._player = _Player(sound, loop)
        return self._player.done

    def press(self, keys: str) -> None:
        """Press keys one after the other."""
        for key in keys.upper()[:MAX_PENDING_KEYS]:
            self._keying.extend(_packets_of(KEYS.index(key)))

    @property
    def pressing(self) -> bool:
        """Whether keys are still waiting to be sent."""
        return bool(self._keying)

    @property
    def spoken_s(self) -> float:
        """Seconds that went out so far, silence among them: less than passed on a busy machine."""
        return self._moment / RATE

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                self._press_next() if self._keying else self._say_next()
                due = max(due + _TICK, loop.time() - CATCH_UP_S)
                await asyncio.sleep(max(0.0, due - loop.time()))

    def _say_next(self) -> None:
        if self.direction in {"sendrecv", "recvonly"}:
            frame = self._player.next() if self._player else np.zeros(FRAME, np.int16)
            self._send(self.codec, encode(frame, self.codec), self._moment)
            if self._player and self._player.done.is_set():
                self._player = None
        self._moment += FRAME

    def _press_next(self) -> None:
        packets = self._keying.popleft()
        if packets and packets[0].endswith(_EVENT_BEGINS):
            self._key_moment = self._moment
        for packet in packets:
            self._send(self._keys_type, packet, self._key_moment)
        self._moment += FRAME

    def _send(self, form: int, payload: bytes, moment: int) -> None:
        if not self._remote or not self._transport or self._transport.is_closing():
            return
        head = _HEADER.pack(0x80, form, self._sequence & 0xFFFF, moment & 0xFFFFFFFF, self._source)
        self._sequence += 1
        self._transport.sendto(head + payload, self._remote)

    # --- hearing ----------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Called by asyncio."""
        if len(data) <= _HEADER.size:
            return
        form = data[1] & 0x7F
        if form == self._keys_type:
            self._hear_key(data)
        elif form in {ALAW, ULAW}:
            self._hear(data, form)

    def _hear_waiting(self) -> None:
        """What waits in the socket.

        asyncio reads a packet a turn: whoever looks first after the loop had stood still would
        take for silence what is not read yet.
        """
        if self._socket is None:
            return
        with contextlib.suppress(OSError):  # nothing waits any more, or it is closed
            for _ in range(_WAITING_MAX):
                self.datagram_received(*self._socket.recvfrom(_PACKET_MAX))

    def _hear(self, data: bytes, form: int) -> None:
        self.packets_heard += 1
        if self._length > MAX_HEARD_S * RATE:
            return
        sound = decode(data[_HEADER.size :], form)
        _, _, _, moment, source = _HEADER.unpack(data[: _HEADER.size])
        hole = self._place(source, moment) - self._length
        if hole > 0:
            self._heard.append(np.zeros(hole, np.int16))
        self._heard.append(sound)
        self._length += len(sound) + max(0, hole)
        self.heard_changed.set()

    def _place(self, source: int, moment: int) -> int:
        """Where a packet belongs: by its own clock, so that our being late tears no hole.

        A new stream, or one that rested, begins at the present moment.
        """
        stream, offset = self._stream
        place = (moment + offset) & 0xFFFFFFFF
        if source == stream and abs(self.moment - place) <= _RESTED:
            return place
        now = max(self._length, self.moment - FRAME)
        self._stream = (source, now - moment)
        return now

    def _hear_key(self, data: bytes) -> None:
        moment = data[4:8]
        if moment != self._last_event and data[12] < len(KEYS):
            self._last_event = moment
            self.keys_heard += KEYS[data[12]]

    @property
    def moment(self) -> int:
        """Samples since this session was opened: a mark for :meth:`heard_since`."""
        return int((asyncio.get_running_loop().time() - self._started) * RATE)

    def heard_since(self, mark: int) -> Sound:
        """What was heard since then."""
        return self.heard(max(0.0, (self.moment - mark) / RATE))

    def heard(self, last_s: float | None = None) -> Sound:
        """What was heard, to this moment, silence included; or only its last seconds."""
        if self._transport is None:
            return np.zeros(0, np.int16)
        self._hear_waiting()
        rest = np.zeros(max(0, min(self.moment, MAX_HEARD_S * RATE) - self._length), np.int16)
        if len(rest) < _LATE:
            rest = rest[:0]
        whole: Sound = np.concatenate((*self._tail(last_s), rest))
        return whole if last_s is None else whole[max(0, len(whole) - int(last_s * RATE)) :]

    def _tail(self, last_s: float | None) -> list[Sound]:
        if last_s is None:
            return self._heard
        return self._heard[-int(last_s / _TICK) - 1 :]
