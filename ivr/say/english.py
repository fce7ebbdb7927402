"""English: hundreds and thousands, ordinals, years in pairs, yuan and fen."""

# ruff: noqa: PLR2004, SIM905 - a grammar is made of numbers and word lists
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final

from ivr.say.shape import Unit, groups, split_duration

_BELOW_TWENTY: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS: Final = ". . twenty thirty forty fifty sixty seventy eighty ninety".split()
_GROUPS: Final = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_ORDINALS: Final = (
    (
        ". first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
    ).split()
    + [
        f"twenty {ordinal}"
        for ordinal in "first second third fourth fifth sixth seventh eighth ninth".split()
    ]
    + ["thirtieth", "thirty first"]
)
_MONTHS: Final = (
    ". January February March April May June July August September October November December"
).split()
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEAR_DAYS: Final = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_UNITS: Final[dict[Unit, tuple[str, str]]] = {
    "m3": ("cubic metre", "cubic metres"),
    "t": ("tonne", "tonnes"),
    "kwh": ("kilowatt hour", "kilowatt hours"),
    "gj": ("gigajoule", "gigajoules"),
    "m2": ("square metre", "square metres"),
    "celsius": ("degree Celsius", "degrees Celsius"),
}
_TIMES: Final = ("day", "hour", "minute", "second")

VOCABULARY: Final = frozenset(
    [*_BELOW_TWENTY, *_TENS[2:], *_ORDINALS[1:], *_MONTHS[1:], *_NEAR_DAYS.values(), *_LETTERS]
    + [name for _, name in _GROUPS]
    + ["hundred", "minus", "yuan", "fen", "and", "oh", "a.m.", "p.m.", "noon", "midnight"]
    + ["point", "from", "to", "plus", ",", "percent"]
    + [name for names in _UNITS.values() for name in names]
    + [name + ending for name in _TIMES for ending in ("", "s")]
)


def number(value: int) -> list[str]:
    """one thousand two hundred thirty four."""
    if value < 0:
        return ["minus", *number(-value)]
    words: list[str] = []
    for size, name in _GROUPS:
        group, value = divmod(value, size)
        words += [*number(group), name] if group else []
    return words + _below_thousand(value) if value or not words else words


def _below_thousand(value: int) -> list[str]:
    hundreds, rest = divmod(value, 100)
    words = [_BELOW_TWENTY[hundreds], "hundred"] if hundreds else []
    if rest or not words:
        words += _below_hundred(rest)
    return words


def _below_hundred(value: int) -> list[str]:
    if value < 20:
        return [_BELOW_TWENTY[value]]
    tens, ones = divmod(value, 10)
    return [_TENS[tens], *([_BELOW_TWENTY[ones]] if ones else [])]


def money(fen: int, *, exact: bool = False) -> list[str]:
    """twelve yuan and fifty fen."""
    if fen < 0:
        return ["minus", *money(-fen)]
    yuan, cent = divmod(fen, 100)
    words = [*number(yuan), "yuan"] if yuan or not fen else []
    if cent:
        words += [*(["and"] if words else []), *number(cent), "fen"]
    return words


def digits(text: str) -> list[str]:
    """One by one."""
    return [
        _BELOW_TWENTY[int(character)] if character in "0123456789" else character
        for character in text.upper()
        if character in "0123456789" or character in _LETTERS
    ]


def grouped(text: str, sizes: list[int] | None = None) -> list[str]:
    """Digits with a breath between groups."""
    words: list[str] = []
    for group in groups(text, sizes):
        spoken = ["plus", *digits(group)] if group.startswith("+") else digits(group)
        words += ([","] if words and spoken else []) + spoken
    return words


def quantity(value: Decimal, unit: Unit) -> list[str]:
    """twelve point five cubic metres, one tonne, minus five degrees Celsius."""
    if value < 0:
        return ["minus", *quantity(-value, unit)]
    whole, _, part = format(value, "f").partition(".")
    decimals = digits(part.rstrip("0"))
    name = _UNITS[unit][0 if value == 1 else 1]
    return [*number(int(whole)), *(["point", *decimals] if decimals else []), name]


def percent(value: int) -> list[str]:
    """thirty percent."""
    return [*number(value), "percent"]


def duration(seconds: int) -> list[str]:
    """two hours and thirty minutes, one minute, thirty seconds."""
    words: list[str] = []
    for amount, unit in split_duration(seconds):
        words += ["and"] if words else []
        words += [*number(amount), unit if amount == 1 else f"{unit}s"]
    return words


def span(first: time, last: time) -> list[str]:
    """from eight to ten a.m., from eight thirty a.m. to five p.m."""
    begin, end = clock(first), clock(last)
    if begin[-1] == end[-1] and begin[-1] in {"a.m.", "p.m."} and last >= first:
        begin = begin[:-1]
    return ["from", *begin, "to", *end]


def days(first: date, last: date, today: date | None) -> list[str]:
    """November fifteenth to March fifteenth; a year that both have is said once."""
    begin, end = day(first, today), day(last, today if first.year == last.year else None)
    near = {*_NEAR_DAYS.values()}
    if first.year == last.year and not near & {begin[0], end[0]}:
        begin = begin[:2]
    return [*begin, "to", *end]


def day(value: date, today: date | None) -> list[str]:
    """today, November twenty third, March fifteenth twenty twenty seven."""
    if today is not None and -1 <= (value - today) // timedelta(days=1) <= 1:
        return [_NEAR_DAYS[(value - today).days]]
    words = [_MONTHS[value.month], _ORDINALS[value.day]]
    if today is not None and today.year == value.year:
        return words
    return [*words, *year(value.year)]


def year(value: int) -> list[str]:
    """twenty twenty six, nineteen oh five, two thousand five."""
    century, rest = divmod(value, 100)
    if century < 10 or (century % 10 == 0 and rest < 10):
        return number(value)
    if rest == 0:
        return [*_below_hundred(century), "hundred"]
    pair = ["oh", _BELOW_TWENTY[rest]] if rest < 10 else _below_hundred(rest)
    return [*_below_hundred(century), *pair]


def clock(value: time) -> list[str]:
    """ten oh five a.m., two p.m., noon, midnight."""
    if value.minute == 0 and value.hour in {0, 12}:
        return ["midnight" if value.hour == 0 else "noon"]
    hour = _BELOW_TWENTY[value.hour % 12 or 12]
    return [hour, *minutes(value.minute), "a.m." if value.hour < 12 else "p.m."]


def minutes(minute: int) -> list[str]:
    """The minutes after the hour: nothing on the hour, oh five below ten."""
    if minute == 0:
        return []
    return [*(["oh"] if minute < 10 else []), *_below_hundred(minute)]
