"""Money, dates, times, digits and counts as a person would say them."""

from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr import say
from ivr.say import NUMBER_LIMIT, VOCABULARY, Language

TABLES = Path(__file__).with_name("spoken.txt")
READ: dict[str, Callable[[str], object]] = {
    "number": int,
    "money": int,
    "clock": time.fromisoformat,
    "day": date.fromisoformat,
}


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
    assert say.join(getattr(say, how)(READ[how](value), language), language) == words


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
    )
    assert set(spoken) <= VOCABULARY[language]
