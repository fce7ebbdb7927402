"""Chinese: 两 and 二, where 零 is heard, 一十 inside and 十 in front."""

# ruff: noqa: PLR2004, SIM905 - a grammar is made of numbers and word lists
from datetime import date, time, timedelta
from typing import Final

DIGITS: Final = "零一二三四五六七八九"
_SPELLED: Final = {str(value): DIGITS[value] for value in range(10)} | {"1": "幺"}
_PLACES: Final = ((1000, "千"), (100, "百"), (10, "十"))
_GROUPS: Final = ((10**8, "亿"), (10**4, "万"), (1, ""))
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEAR_DAYS: Final = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_PARTS_OF_DAY: Final = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))

VOCABULARY: Final = frozenset(
    [*DIGITS, "幺", "两", "十", "万", "亿", "负", "元", "角", "分", "年", "点"]
    + [digit + place for digit in DIGITS[1:] for _, place in _PLACES]
    + ["两百", "两千"]
    + [f"{month}月" for month in "一 二 三 四 五 六 七 八 九 十 十一 十二".split()]
    + ["日", *_NEAR_DAYS.values(), *(name for _, name in _PARTS_OF_DAY), *_LETTERS]
)


def number(value: int) -> list[str]:
    """Read as a number: 2 is 二, 200 is 两百, 10 is 十, 110 is 一百一十."""
    if value < 0:
        return ["负", *number(-value)]
    return _groups(value) or ["零"]


def count(value: int) -> list[str]:
    """Read before a measure word: a bare 2 is 两."""
    return ["两"] if value == 2 else number(value)


def _groups(value: int) -> list[str]:
    words: list[str] = []
    skipped = False
    for size, name in _GROUPS:
        group, value = divmod(value, size)
        if group:
            words += ["零"] if words and (skipped or group < 1000) else []
            words += _named(group, name, leading=not words)
        skipped = not group
    return words


def _named(group: int, name: str, *, leading: bool) -> list[str]:
    if group >= 10**4:
        return [*_groups(group), name]
    if leading and name and group == 2:
        return ["两", name]
    return [*_below_ten_thousand(group, leading=leading), *([name] if name else [])]


def _below_ten_thousand(value: int, *, leading: bool) -> list[str]:
    words: list[str] = []
    zero = False
    for size, place in _PLACES:
        digit, value = divmod(value, size)
        if digit:
            words += ["零"] if zero else []
            words.append(_placed(digit, place, leading=leading and not words))
            zero = False
        else:
            zero = bool(words)
    if value:
        words += ["零"] if zero else []
        words.append(DIGITS[value])
    return words


def _placed(digit: int, place: str, *, leading: bool) -> str:
    if leading and place == "十" and digit == 1:
        return "十"
    if leading and digit == 2 and place != "十":
        return "两" + place
    return DIGITS[digit] + place


def money(fen: int) -> list[str]:
    """元, 角, 分; 零 when the 角 between are missing."""
    if fen < 0:
        return ["负", *money(-fen)]
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    words = [*count(yuan), "元"] if yuan or not fen else []
    if jiao:
        words += ["两" if jiao == 2 and not words else DIGITS[jiao], "角"]
    if cent:
        words += ["零"] if words and not jiao else []
        words += ["两" if cent == 2 and not words else DIGITS[cent], "分"]
    return words


def digits(text: str) -> list[str]:
    """One by one, 1 as 幺 so that it cannot be heard as 七."""
    return [
        _SPELLED.get(character, character)
        for character in text.upper()
        if character in _SPELLED or character in _LETTERS
    ]


def day(value: date, today: date | None) -> list[str]:
    """今天, 十一月二十三日, 二零二七年三月十五日."""
    if today is not None and -1 <= (value - today) // timedelta(days=1) <= 2:
        return [_NEAR_DAYS[(value - today).days]]
    words = ["".join(number(value.month)) + "月", *number(value.day), "日"]
    if today is not None and today.year == value.year:
        return words
    return [*(DIGITS[int(digit)] for digit in f"{value.year:04}"), "年", *words]


def clock(value: time) -> list[str]:
    """上午十点零五分, 下午两点, 凌晨零点三十分."""
    part = next(name for until, name in _PARTS_OF_DAY if value.hour < until)
    hour = value.hour - 12 if value.hour > 12 else value.hour
    return [part, *count(hour), "点", *minutes(value.minute)]


def minutes(minute: int) -> list[str]:
    """The minutes after 点: nothing on the hour, 零五分 below ten."""
    if minute == 0:
        return []
    return [*(["零"] if minute < 10 else []), *number(minute), "分"]
