"""Written text made ready for a voice: figures, times and keys become words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Final

from ivr import say
from ivr.say import Language, chinese, english

_Spoken = Callable[[re.Match[str], Language], list[str]]
_SIGNS: Final[dict[Language, dict[str, str]]] = {
    "zh": {"#": "井号键", "*": "星号键", "℃": "摄氏度", "&": "和", "+": "加"},
    "en": {"#": " hash ", "*": " star ", "℃": " degrees Celsius ", "&": " and ", "+": " plus "},
}
_LONG: Final = 5
"""Runs of this many digits are telephone or account numbers, not quantities."""
_KEY: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile(r"按\s*([0-9*#])"),
    "en": re.compile(r"press\s+([0-9*#])", re.IGNORECASE),
}


def keys_named(text: str, language: Language) -> set[str]:
    """The keys a sentence offers: 按1, press 1."""
    return set(_KEY[language].findall(text))


def spell(text: str, language: Language) -> str:
    """The text with everything written out that a voice would read wrongly."""
    for pattern, rule in _RULES:
        text = _apply(pattern, rule, text, language)
    for sign, words in _SIGNS[language].items():
        text = text.replace(sign, words)
    return re.sub(r"\s+", " ", text).strip()


def _apply(pattern: re.Pattern[str], rule: _Spoken, text: str, language: Language) -> str:
    def words(match: re.Match[str]) -> str:
        spoken = say.join(rule(match, language), language)
        return spoken if language == "zh" else f" {spoken} "

    return pattern.sub(words, text)


def _clock(match: re.Match[str], language: Language) -> list[str]:
    hour, minute = int(match[1]), int(match[2])
    try:
        time(hour, minute)
    except ValueError:
        return [*say.number(hour, language), *say.number(minute, language)]
    if language == "zh":
        return [*chinese.count(hour), "点", *chinese.minutes(minute)]
    return [*english.number(hour), *(english.minutes(minute) or ["o'clock"])]


def _year(match: re.Match[str], _language: Language) -> list[str]:
    return [*(chinese.DIGITS[int(digit)] for digit in match[1]), "年"]


def _percent(match: re.Match[str], language: Language) -> list[str]:
    amount = _decimal(match, language)
    return ["百分之", *amount] if language == "zh" else [*amount, "percent"]


def _decimal(match: re.Match[str], language: Language) -> list[str]:
    whole, _, part = match[1].partition(".")
    words = say.number(int(whole), language)
    if not part:
        return words
    if language == "zh":
        return [*words, "点", *(chinese.DIGITS[int(digit)] for digit in part)]
    return [*words, "point", *say.digits(part, language)]


def _two(_match: re.Match[str], language: Language) -> list[str]:
    return say.count(2, language)


def _figures(match: re.Match[str], language: Language) -> list[str]:
    figures = match[0]
    if len(figures) >= _LONG or (len(figures) > 1 and figures[0] == "0"):
        return say.digits(figures, language)
    return say.number(int(figures), language)


_RULES: Final[tuple[tuple[re.Pattern[str], _Spoken], ...]] = (
    (re.compile(r"(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)", re.ASCII), _clock),
    (re.compile(r"(?<!\d)(\d{4})年", re.ASCII), _year),
    (re.compile(r"(\d{1,9}(?:\.\d{1,4})?)[%％]", re.ASCII), _percent),
    (re.compile(r"(\d{1,9}\.\d{1,4})(?![\d.])", re.ASCII), _decimal),
    (re.compile(r"(?<![0-9])2(?=个|小时|天|位|次|分钟|户|条|张|元)"), _two),
    (re.compile(r"[0-9]+"), _figures),
)
