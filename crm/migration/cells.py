"""What a cell says: numbers, days, money, telephones, however an old system writes them.

Pure. What cannot be read is ``Bad``, never guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from crm.migration.problems import Bad
from mainline.phone import normalise

T = TypeVar("T")
MEMO_MAX: Final = 20_000
FEN_MAX: Final = 10**13
COUNT_MAX: Final = 10**12
PHONES_MAX: Final = 8
_YEARS: Final = range(1950, 2101)
_DAY: Final = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?"
    r"(?:[T ]?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.0+)?)?",
    re.ASCII,
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?", re.ASCII)
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_SERIAL_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock count of days
_NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z/_-]*", re.ASCII)
_MONEY: Final = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d{0,2})0*)?", re.ASCII)
_PLAIN: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})*|\d{4,})\.\d{2}", re.ASCII)
"""How amounts are nearly always written."""
_COUNT: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)
_BETWEEN_PHONES: Final = re.compile(r"[,;、/|\n]+")
_MONTH_AND_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_CARD: Final = re.compile(
    rf"[1-9][0-9]{{5}}(?:19|20)[0-9]{{2}}{_MONTH_AND_DAY}[0-9]{{3}}[0-9X]", re.ASCII
)
_CARD_BEFORE: Final = re.compile(rf"[1-9][0-9]{{7}}{_MONTH_AND_DAY}[0-9]{{3}}", re.ASCII)
_CARD_END: Final = re.compile(r"(?:[0-9]{0,10}\*{4,14})?[0-9]{3,5}[0-9X]", re.ASCII)
_CHECKS: Final = "10X98765432"
_YUAN: Final = str.maketrans("", "", "¥￥元 ")


class Memo(dict[str, T], Generic[T]):
    """Remembers what texts came to; forgets everything when it has grown too large."""

    def __init__(self, convert: Callable[[str], T]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> T:
        if len(self) >= MEMO_MAX:
            self.clear()
        made = self[text] = self._convert(text)
        return made


def folded(text: str) -> str:
    """One width, no signs at its ends; as it is when it is plain already."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).strip()


def text_of(cell: str, longest: int) -> str | Bad:
    """Words in one width, with single spaces."""
    words = " ".join(folded(cell).split())
    if not words.isprintable() or "\ufffd" in words:
        return Bad("not-text")
    return words if len(words) <= longest else Bad("too-long")


def number_of(cell: str, longest: int, pad: int = 0) -> str | Bad:
    """The number of an account, meter or order; zeros at its front stay."""
    text = "".join(folded(cell).lstrip("'").split()).upper()
    if text.isascii() and text.isalnum():
        text = text.rjust(pad, "0")
    elif not _NUMBER.fullmatch(text):
        return Bad("not-a-number")
    return text if len(text) <= longest else Bad("too-long")


def moment_of(cell: str, zone: ZoneInfo) -> datetime | Bad:
    """A time of the company's clock as aware UTC; a day alone is its noon."""
    read = _wall_clock(folded(cell))
    if read is None:
        return Bad("not-a-date")
    day, at = read
    return datetime.combine(day, at or time(12), tzinfo=zone).astimezone(UTC)


def day_of(cell: str) -> date | Bad:
    """A day in any of the forms."""
    read = _wall_clock(folded(cell))
    return Bad("not-a-date") if read is None else read[0]


def _wall_clock(text: str) -> tuple[date, time | None] | None:
    """``2024-1-5``, ``2024/01/05 8:30``, ``2024年1月5日``, ``20240105``, ``45296``."""
    parts: list[str] = []
    if (found := _DAY.fullmatch(text)) or (found := _COMPACT.fullmatch(text)):
        parts = [part for part in found.groups() if part is not None]
    elif found := _SERIAL.fullmatch(text):
        return _serial(float(text), timed=found[2] is not None)
    if not parts or int(parts[0]) not in _YEARS:
        return None
    try:
        day = date(int(parts[0]), int(parts[1]), int(parts[2]))
        hour, minute, second = (int(part) for part in [*parts[3:], "0", "0", "0"][:3])
        return day, time(hour, minute, second) if parts[3:] else None
    except ValueError:
        return None


def _serial(days: float, *, timed: bool) -> tuple[date, time | None] | None:
    """How spreadsheets count days."""
    moment = _SERIAL_ZERO + timedelta(seconds=round(days * 86_400))
    if moment.year not in _YEARS:
        return None
    return moment.date(), moment.time() if timed and moment.time() != time() else None


def fen_of(cell: str, unit: str) -> int | Bad:
    """Money in whole fen from yuan or fen: ``1,234.50``, ``￥12``, ``(3.00)`` is below zero."""
    text = folded(cell).translate(_YUAN)
    if unit == "yuan" and _PLAIN.fullmatch(text):
        fen = int(text.replace(",", "").replace(".", ""))
        return fen if fen <= FEN_MAX else Bad("not-money")
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    found = _MONEY.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return Bad("not-money")
    whole, cents = int((found[2] or "0").replace(",", "")), found[3] or ""
    if unit == "fen":
        fen = whole if not cents.strip("0") else -1
    else:
        fen = whole * 100 + int(cents.ljust(2, "0"))
    if not 0 <= fen <= FEN_MAX:
        return Bad("not-money")
    return Bad("negative") if found[1] == "-" and fen else fen


def count_of(cell: str) -> int | Bad:
    """A whole number, half up: areas are kept in whole square metres."""
    found = _COUNT.fullmatch(folded(cell))
    if found is None:
        return Bad("not-a-count")
    whole = int(found[1].replace(",", "")) + (found[2] or "0").startswith(tuple("56789"))
    return whole if whole <= COUNT_MAX else Bad("not-a-count")


def word_of(cell: str, values: Mapping[str, str], allowed: frozenset[str]) -> str | Bad:
    """The word here for the old system's word."""
    text = folded(cell)
    word = values.get(text, text)
    return word if word in allowed else Bad("unknown-word", ", ".join(sorted(values))[:200])


def identity_of(cell: str) -> str | Bad:
    """The last four characters of an identity card's number, of which all may be told or its end.

    A whole number has to have the right figure for its check; one of the old form, without a
    century, is told as the card of today says it.
    """
    text = "".join(folded(cell).lstrip("'").split()).upper()
    if _CARD_BEFORE.fullmatch(text):
        text = f"{text[:6]}19{text[6:]}"
        return f"{text[-3:]}{_check_of(text)}"
    if _CARD.fullmatch(text):
        return text[-4:] if _check_of(text[:17]) == text[17] else Bad("identity-unreadable")
    return text[-4:] if _CARD_END.fullmatch(text) else Bad("identity-unreadable")


def _check_of(digits: str) -> str:
    """The last figure of a card's number, by GB 11643."""
    return _CHECKS[sum(int(one) * 2 ** (17 - at) for at, one in enumerate(digits)) % 11]


def phones_of(cell: str, area_code: str) -> tuple[str | Bad, ...]:
    """All telephone numbers of a cell, each in the house's normal form, none twice."""
    text = folded(cell)
    whole = normalise(text, area_code=area_code)
    if whole.number:
        return (whole.number,)
    if whole.kind == "withheld":
        return ()
    pieces = [piece for piece in _BETWEEN_PHONES.split(text) if piece.strip()]
    read = (one for piece in pieces for one in _phones(piece, area_code))
    return tuple(dict.fromkeys(read))[:PHONES_MAX]


def _phones(piece: str, area_code: str) -> list[str | Bad]:
    """One number, or several with spaces between them when it is not one."""
    whole = normalise(piece, area_code=area_code).number
    if whole:
        return [whole]
    parts = [normalise(part, area_code=area_code).number for part in piece.split()]
    told = [part for part in parts if part]
    return list(told) if told and all(parts) else [Bad("phone-unreadable")]
