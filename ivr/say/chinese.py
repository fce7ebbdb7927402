"""Chinese: 两 and 二, where 零 is heard, 一十 inside and 十 in front."""

# ruff: noqa: PLR2004, SIM905 - a grammar is made of numbers and word lists
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final

from ivr.say.shape import Unit, groups, split_duration

DIGITS: Final = "零一二三四五六七八九"
_SPELLED: Final = {str(value): DIGITS[value] for value in range(10)} | {"1": "幺"}
_PLACES: Final = ((1000, "千"), (100, "百"), (10, "十"))
_GROUPS: Final = ((10**8, "亿"), (10**4, "万"), (1, ""))
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEAR_DAYS: Final = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_PARTS_OF_DAY: Final = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
_UNITS: Final[dict[Unit, str]] = {
    "m3": "立方米",
    "t": "吨",
    "kwh": "千瓦时",
    "gj": "吉焦",
    "m2": "平方米",
    "celsius": "摄氏度",
}
_TIMES: Final = {"day": "天", "hour": "小时", "minute": "分钟", "second": "秒"}

VOCABULARY: Final = frozenset(
    [
        *DIGITS,
        "幺",
        "两",
        "十",
        "万",
        "亿",
        "负",
        "元",
        "角",
        "分",
        "年",
        "点",
        "整",
        "至",
        "加",
        "，",
    ]
    + ["百分之", *_UNITS.values(), *_TIMES.values()]
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


def money(fen: int, *, exact: bool = False) -> list[str]:
    """元, 角, 分; 零 when the 角 between are missing; ``exact`` ends whole 元 with 整."""
    if fen < 0:
        return ["负", *money(-fen, exact=exact)]
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    words = [*count(yuan), "元"] if yuan or not fen else []
    if exact and not rest:
        words.append("整")
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


def grouped(text: str, sizes: list[int] | None = None) -> list[str]:
    """Digits with a breath between groups."""
    words: list[str] = []
    for group in groups(text, sizes):
        spoken = ["加", *digits(group)] if group.startswith("+") else digits(group)
        words += (["，"] if words and spoken else []) + spoken
    return words


def quantity(value: Decimal, unit: Unit) -> list[str]:
    """十二点五立方米, 两吨, 零点五吨; cold is 负五摄氏度."""
    if value < 0:
        return ["负", *quantity(-value, unit)]
    whole, _, part = format(value, "f").partition(".")
    if not part.strip("0"):
        spoken = number if unit == "celsius" else count
        return [*spoken(int(whole)), _UNITS[unit]]
    decimals = [DIGITS[int(digit)] for digit in part.rstrip("0")]
    return [*number(int(whole)), "点", *decimals, _UNITS[unit]]


def percent(value: int) -> list[str]:
    """百分之三十."""
    return ["百分之", *number(value)]


def duration(seconds: int) -> list[str]:
    """两小时三十分钟, 一小时零五分钟, 三十秒."""
    words: list[str] = []
    for amount, unit in split_duration(seconds):
        words += ["零"] if words and amount < 10 and unit == "minute" else []
        words += [*count(amount), _TIMES[unit]]
    return words


def span(first: time, last: time) -> list[str]:
    """上午八点至十点, 上午八点三十分至下午五点: a part of the day is said once."""
    begin, end = clock(first), clock(last)
    return [*begin, "至", *(end[1:] if end[0] == begin[0] and last >= first else end)]


def days(first: date, last: date, today: date | None) -> list[str]:
    """十一月十五日至二十日: what does not change is said once."""
    begin, end = day(first, today), day(last, today if first.year == last.year else None)
    if begin[-1] != "日" or end[-1] != "日":
        return [*begin, "至", *end]
    if first.year == last.year:
        end = end[end.index("年") + 1 :] if "年" in end else end
        end = end[1:] if first.month == last.month else end
    return [*begin, "至", *end]


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
