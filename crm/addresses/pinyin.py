"""How Chinese words sound: what people type by their initials, and mistype by their sound."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

INITIALS_CHARS_MAX: Final = 64
_SURNAMES: Final[Mapping[str, str]] = {
    "万俟": "mq", "尉迟": "yc", "长孙": "zs", "曾": "z", "单": "s", "仇": "q", "解": "x",
    "查": "z", "区": "o", "朴": "p", "翟": "z", "乐": "y", "种": "c", "缪": "m", "覃": "q",
    "盖": "g", "折": "s",
}  # fmt: skip
"""Surnames that do not sound as their characters usually do."""

_DIGITS: Final[Mapping[str, str]] = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


def initials(words: str, *, person: bool = False) -> str:
    """``幸福小区`` is ``xfxq``; of foreign words the first letter: ``John Smith`` is ``js``."""
    for surname in (words[:2], words[:1]) if person else ():
        if surname in _SURNAMES:
            rest = initials(words[len(surname) :])
            return (_SURNAMES[surname] + rest)[:INITIALS_CHARS_MAX]
    told = (_letters(part) for part in words.lower().split())
    return "".join(told)[:INITIALS_CHARS_MAX]


def _letters(part: str) -> str:
    if part.isascii():
        return part if part.isdigit() else part[:1] if part[:1].isalnum() else ""
    return "".join(map(_letter, part))


@lru_cache(maxsize=8192)
def _letter(character: str) -> str:
    first = (character if character.isascii() else sound(character))[:1]
    return first if first.isascii() and first.isalnum() else ""


@lru_cache(maxsize=8192)
def sound(character: str) -> str:
    """How a character usually sounds, without its tone; itself when it has no sound of its own."""
    from pypinyin import Style, lazy_pinyin  # large: only who needs it loads it

    character = _DIGITS.get(character, character)
    return lazy_pinyin(character, style=Style.NORMAL)[0] if character else ""
