"""What old systems do to data: shapes of the same value, and mistakes with their code."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from crm.migration.sample.town import Home
from mainline.money import yuan

_WIDE: Final = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789-,."}
_SERIAL_ZERO: Final = date(1899, 12, 30)

CUSTOMERS: Final[Mapping[str, tuple[str, str]]] = {
    "no-name": ("empty", "refused"),
    "odd-account": ("not-a-number", "refused"),
    "odd-class": ("unknown-word", "refused"),
    "stray-comma": ("columns", "refused"),
    "twice": ("same-again", "again"),
    "taken": ("account-taken", "refused"),
    "no-place": ("address-waits", "imported"),
    "no-room": ("address-short", "imported"),
    "odd-phone": ("phone-unreadable", "imported"),
}
CARDS: Final = ("210102199001010000", "未登记", "12", "2101021990133112X", "营业执照")
"""What stands where the number of a card should: each is told, and left out."""
"""Each mistake, the code it must be told by, and what becomes of the row."""
BILLS: Final[Mapping[str, tuple[str, str]]] = {
    "no-day": ("not-a-date", "refused"),
    "odd-amount": ("not-money", "refused"),
    "no-amount": ("empty", "refused"),
    "twice": ("same-again", "again"),
    "other-amount": ("number-taken", "refused"),
    "overpaid": ("paid-too-much", "refused"),
    "stranger": ("account-unknown", "refused"),
}
PAYMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "no-day": ("not-a-date", "refused"),
    "odd-amount": ("not-money", "refused"),
    "odd-channel": ("unknown-word", "refused"),
    "twice": ("same-again", "again"),
    "stranger": ("account-unknown", "refused"),
}


def spread(dice: Random, kinds: Sequence[str], rows: int, share: float) -> dict[int, str]:
    """Which rows have which mistake: each kind at least once, where there is room."""
    count = min(rows // 3, max(len(kinds), round(rows * share))) if share else 0
    return {row: kinds[at % len(kinds)] for at, row in enumerate(dice.sample(range(rows), count))}


def day(when: date, dice: Random) -> str:
    """The five forms."""
    return (
        f"{when.year}-{when.month}-{when.day}",
        f"{when:%Y/%m/%d}",
        f"{when.year}年{when.month}月{when.day}日",
        f"{when:%Y%m%d}",
        str((when - _SERIAL_ZERO) // timedelta(days=1)),
    )[dice.randrange(5)]


def money(fen: int, dice: Random) -> str:
    """Yuan, with or without commas, sign and noughts."""
    text = yuan(fen)
    return (
        text, text, text.replace(",", ""), f"￥{text}", f"{text}元", text.translate(_WIDE),
    )[dice.randrange(6)]  # fmt: skip


def address(home: Home, dice: Random) -> str:
    """All of these mean the same place."""
    where, full = home.community, f"{home.community.district}{home.community.name}"
    return (
        home.standard, home.standard, home.standard, home.standard,
        f"{full}{home.building}栋{home.unit}单元{home.room}",
        f"{where.name}{home.building}-{home.unit}-{home.room}",
        f"{full} {home.building}号楼 {home.unit}单元 {home.room}",
        f"{full}{home.building}-{home.unit}-{home.room}".translate(_WIDE),
    )[dice.randrange(8)]  # fmt: skip


def card(number: str, dice: Random) -> str:
    """An identity card as books have it: whole, of the old form, masked, or its end alone."""
    area, born, rest = number[:6], number[6:14], number[14:]
    return (
        number, number.lower(), number.translate(_WIDE), f" {area} {born} {rest}",
        f"{area}{born[2:]}{rest[:3]}", f"{area}********{rest}", rest, number[-6:],
    )[dice.randrange(8)]  # fmt: skip


def mobile(number: str, dice: Random) -> str:
    """A mobile number as people write it."""
    return (
        number, number, f"{number[:3]}-{number[3:7]}-{number[7:]}", f"+86 {number}",
        f"{number[:3]} {number[3:7]} {number[7:]}", f"0{number}", number.translate(_WIDE),
    )[dice.randrange(7)]  # fmt: skip
