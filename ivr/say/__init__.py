"""Live values as spoken words: money, dates, times, digits and counts in Chinese and English.

Every function returns a list of words; each word is one sound of :data:`VOCABULARY`, so that
speaking a new value never needs a synthesizer.
"""

from datetime import date, time
from decimal import Decimal
from types import ModuleType
from typing import Final, Literal

from ivr.say import chinese, english
from ivr.say.shape import Unit, phone_groups

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

_GRAMMARS: Final[dict[str, ModuleType]] = {"zh": chinese, "en": english}

VOCABULARY: Final[dict[Language, frozenset[str]]] = {
    "zh": chinese.VOCABULARY,
    "en": english.VOCABULARY,
}
NUMBER_LIMIT: Final = 10**12
"""Numbers at or above are read digit by digit: nobody follows them otherwise."""


def number(value: int, language: Language) -> list[str]:
    """A plain number: 二十二, twenty two."""
    if abs(value) >= NUMBER_LIMIT:
        return digits(str(value), language)
    words: list[str] = _GRAMMARS[language].number(value)
    return words


def count(value: int, language: Language) -> list[str]:
    """A number before the thing counted: 两 (张), two (orders)."""
    if language == "zh":
        return chinese.count(value)
    return number(value, language)


def money(fen: int, language: Language, *, exact: bool = False) -> list[str]:
    """An amount: 一千零二元五角, one thousand two yuan and fifty fen.

    ``exact``: a sum to be paid, 六百元整.
    """
    words: list[str] = _GRAMMARS[language].money(fen, exact=exact)
    return words


def quantity(value: Decimal | int, unit: Unit, language: Language) -> list[str]:
    """A measure: 十二点五立方米, twelve point five cubic metres."""
    words: list[str] = _GRAMMARS[language].quantity(Decimal(value), unit)
    return words


def percent(value: int, language: Language) -> list[str]:
    """A share: 百分之三十, thirty percent."""
    words: list[str] = _GRAMMARS[language].percent(value)
    return words


def duration(seconds: int, language: Language) -> list[str]:
    """How long: 两小时三十分钟, two hours and thirty minutes."""
    words: list[str] = _GRAMMARS[language].duration(max(0, seconds))
    return words


def digits(text: str, language: Language) -> list[str]:
    """A number read digit by digit (accounts, telephones, orders), nothing else."""
    words: list[str] = _GRAMMARS[language].digits(text)
    return words


def phone(number: str, language: Language) -> list[str]:
    """A telephone number in the groups people say it in: 幺三八，零零零零，八零零零."""
    words: list[str] = _GRAMMARS[language].grouped(number, phone_groups(number))
    return words


def account(number: str, language: Language) -> list[str]:
    """An account or meter number, in fours."""
    words: list[str] = _GRAMMARS[language].grouped(number)
    return words


def day(value: date, language: Language, *, today: date | None = None) -> list[str]:
    """A date; with ``today`` near days are named and this year is left out."""
    words: list[str] = _GRAMMARS[language].day(value, today)
    return words


def clock(value: time, language: Language) -> list[str]:
    """A time of day with its part of the day: 上午十点零五分, ten oh five a.m."""
    words: list[str] = _GRAMMARS[language].clock(value)
    return words


def span(first: time, last: time, language: Language) -> list[str]:
    """From one time of day to another: 上午八点至十点, from eight to ten a.m."""
    words: list[str] = _GRAMMARS[language].span(first, last)
    return words


def days(first: date, last: date, language: Language, *, today: date | None = None) -> list[str]:
    """From one day to another: 十一月十五日至三月十五日."""
    words: list[str] = _GRAMMARS[language].days(first, last, today)
    return words


def join(words: list[str], language: Language) -> str:
    """The words as one text, as a person would write them down."""
    return ("" if language == "zh" else " ").join(words)
