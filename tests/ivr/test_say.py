"""Money, dates, times, digits and counts as a person would say them."""

from collections.abc import Callable, Iterator
from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr import say
from ivr.say import NUMBER_LIMIT, VOCABULARY, Language, english
from ivr.say.shape import Unit

TABLES = Path(__file__).with_name("spoken.txt")


def _all(kind: Callable[[str], object]) -> Callable[[str], list[object]]:
    """Arguments of one kind, with a slash between them."""
    return lambda value: [kind(part) for part in value.split("/")]


def _measure(value: str) -> list[object]:
    amount, unit = value.split(":")
    return [Decimal(amount), unit]


READ: dict[str, Callable[[str], list[object]]] = {
    "number": _all(int),
    "count": _all(int),
    "money": _all(int),
    "exact": _all(int),
    "digits": _all(str),
    "phone": _all(str),
    "account": _all(str),
    "clock": _all(time.fromisoformat),
    "span": _all(time.fromisoformat),
    "day": _all(date.fromisoformat),
    "days": _all(date.fromisoformat),
    "quantity": _measure,
    "duration": _all(int),
    "percent": _all(int),
}


def _exact(fen: int, language: Language) -> list[str]:
    return say.money(fen, language, exact=True)


def _rows() -> Iterator[tuple[str, str, str, str]]:
    section = ""
    for line in TABLES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line:
            how, language = section.split()
            value, _, words = line.partition(" ")
            yield how, language, value, words


@pytest.mark.parametrize(("how", "language", "value", "words"), list(_rows()))
def test_a_value_is_spoken_as_a_person_says_it(
    how: str, language: Language, value: str, words: str
) -> None:
    speak = _exact if how == "exact" else getattr(say, how)
    assert say.join(speak(*READ[how](value), language), language) == words


def test_the_tables_hold_hundreds_of_values_each_once() -> None:
    rows = [row[:3] for row in _rows()]
    assert len(rows) == len(set(rows))
    for language in say.LANGUAGES:
        assert sum(row[1] == language for row in rows) >= 250


@pytest.mark.parametrize(
    ("on", "language", "words"),
    [
        ("2026-11-22", "zh", "昨天"),
        ("2026-11-23", "zh", "今天"),
        ("2026-11-24", "zh", "明天"),
        ("2026-11-25", "zh", "后天"),
        ("2026-11-26", "zh", "十一月二十六日"),
        ("2026-11-21", "zh", "十一月二十一日"),
        ("2027-03-15", "zh", "二零二七年三月十五日"),
        ("2026-11-22", "en", "yesterday"),
        ("2026-11-24", "en", "tomorrow"),
        ("2026-11-25", "en", "November twenty fifth"),
        ("2027-03-15", "en", "March fifteenth twenty twenty seven"),
    ],
)
def test_near_days_are_named_and_this_year_is_left_out(
    on: str, language: Language, words: str
) -> None:
    spoken = say.day(date.fromisoformat(on), language, today=date(2026, 11, 23))
    assert say.join(spoken, language) == words


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("96777", "zh", "九六七七七"),
        ("13800138000", "zh", "幺三八零零幺三八零零零"),
        ("R-0021", "zh", "R零零二幺"),
        ("", "zh", ""),
        ("户号", "zh", ""),
        ("96777", "en", "nine six seven seven seven"),
        ("r-01", "en", "R zero one"),
        ("１２", "en", ""),
    ],
)
def test_digits_are_read_one_by_one(text: str, language: Language, words: str) -> None:
    assert say.join(say.digits(text, language), language) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "零"), (1, "一"), (2, "两"), (12, "十二"), (20, "二十"), (22, "二十二")],
)
def test_two_things_are_liang(value: int, words: str) -> None:
    assert say.join(say.count(value, "zh"), "zh") == words


def _heard_zh(text: str) -> int:
    """Understand a spoken Chinese number the way a listener does."""
    total = section = digit = 0
    for character in text:
        if character in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(character)
        elif character == "两":
            digit = 2
        elif character in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        else:
            scale = {"万": 10**4, "亿": 10**8}[character]
            total = (total + section + digit) * scale
            section = digit = 0
            if scale == 10**8:
                return total + (_heard_zh(text.split("亿", 1)[1]) if text[-1] != "亿" else 0)
    return total + section + digit


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=NUMBER_LIMIT - 1))
def test_a_listener_understands_every_chinese_number(value: int) -> None:
    assert _heard_zh(say.join(say.number(value, "zh"), "zh")) == value


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=NUMBER_LIMIT - 1))
def test_no_chinese_number_has_two_zeros_in_a_row_or_one_at_the_end(value: int) -> None:
    words = say.join(say.number(value, "zh"), "zh")
    assert "零零" not in words
    assert value == 0 or not words.endswith("零")


@settings(deadline=None)
@given(
    st.integers(min_value=-(10**16), max_value=10**16),
    st.dates(min_value=date(1000, 1, 1)),
    st.times(),
    st.text(max_size=20),
    st.sampled_from(say.LANGUAGES),
)
def test_live_values_use_recorded_words_only(
    value: int, on: date, at: time, text: str, language: Language
) -> None:
    spoken = (
        *say.number(value, language),
        *say.count(value, language),
        *say.money(max(min(value, 10**13), -(10**13)), language),
        *say.day(on, language),
        *say.clock(at, language),
        *say.digits(text, language),
        *say.phone(text, language),
        *say.account(text, language),
        *say.span(at, time(12, 30), language),
        *say.days(on, date(2026, 11, 23), language, today=date(2026, 1, 1)),
        *say.quantity(value % 10**9, "gj", language),
        *say.percent(value % 101, language),
        *say.duration(abs(value) % 10**8, language),
        *say.money(abs(value) % 10**9, language, exact=True),
    )
    assert set(spoken) <= VOCABULARY[language]


def _heard_en(words: list[str]) -> int:
    """Understand a spoken English number the way a listener does."""
    below = english._BELOW_TWENTY
    total = section = 0
    for word in words:
        if word in below:
            section += below.index(word)
        elif word in english._TENS:
            section += english._TENS.index(word) * 10
        elif word == "hundred":
            section *= 100
        else:
            total += section * {name: size for size, name in english._GROUPS}[word]
            section = 0
    return total + section


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=NUMBER_LIMIT - 1))
def test_a_listener_understands_every_english_number(value: int) -> None:
    assert _heard_en(say.number(value, "en")) == value


def _fen_zh(words: list[str]) -> int:
    parts = {"元": 100, "角": 10, "分": 1}
    fen, said = 0, ""
    for word in words:
        if word in parts:
            fen, said = fen + _heard_zh(said.lstrip("零") or "零") * parts[word], ""
        elif word != "整":
            said += word
    return fen


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**13), st.booleans())
def test_a_listener_understands_every_chinese_amount(fen: int, exact: bool) -> None:
    words = say.money(fen, "zh", exact=exact)
    assert _fen_zh(words) == fen
    assert (words[-1] == "整") == (exact and fen % 100 == 0)


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**13))
def test_a_listener_understands_every_english_amount(fen: int) -> None:
    yuan, _, cent = say.join(say.money(fen, "en"), "en").partition("yuan")
    words = (yuan if "yuan" in say.money(fen, "en") else "zero").split()
    rest = (cent if "yuan" in say.money(fen, "en") else yuan).replace("fen", "").split()
    assert _heard_en(words) * 100 + _heard_en([word for word in rest if word != "and"]) == fen


@settings(deadline=None)
@given(st.times())
def test_a_listener_understands_every_chinese_time_of_day(at: time) -> None:
    part, hour, _, *rest = _pair(at)
    said = _heard_zh(hour)
    afternoon = part in {"下午", "晚上"}
    minute = _heard_zh("".join(rest).rstrip("分") or "零")
    assert (said + 12 if afternoon else said, minute) == (at.hour, at.minute)


def _pair(at: time) -> list[str]:
    """十 and 一 are two sounds."""
    part, *words = say.clock(at, "zh")
    place = words.index("点")
    return [part, "".join(words[:place]), *words[place:]]


SECONDS = {"天": 86_400, "小时": 3_600, "分钟": 60, "秒": 1}


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**7))
def test_a_listener_understands_every_duration(seconds: int) -> None:
    heard, said, units = 0, "", []
    for word in say.duration(seconds, "zh"):
        if word in SECONDS:
            heard, said = heard + _heard_zh(said.lstrip("零") or "零") * SECONDS[word], ""
            units.append(SECONDS[word])
        else:
            said += word
    assert 0 <= seconds - heard < units[-1]
    assert len(units) <= 2
    assert all(one > other for one, other in pairwise(units))


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from(("m3", "kwh", "t")))
def test_a_listener_understands_every_measure(value: Decimal, unit: Unit) -> None:
    whole, _, part = say.join(say.quantity(value, unit, "zh")[:-1], "zh").partition("点")
    decimals = "".join(str("零一二三四五六七八九".index(digit)) for digit in part)
    assert Decimal(f"{_heard_zh(whole)}.{decimals or 0}") == value


@settings(deadline=None)
@given(st.text("0123456789", max_size=20), st.sampled_from(say.LANGUAGES))
def test_groups_neither_lose_nor_move_a_digit(number: str, language: Language) -> None:
    for speak in (say.phone, say.account):
        spoken = [word for word in speak(number, language) if word not in {"，", ","}]
        assert spoken == say.digits(number, language)
