"""Words of a Chinese or English text, as they stand in the index and as they are asked for."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from crm.addresses.pinyin import sound

if TYPE_CHECKING:
    from rjieba import Jieba

TERM_CHARS_MAX: Final = 32
_HAN: Final = re.compile(r"[㐀-鿿]")
_SAID_ANYHOW: Final = """
的 了 吗 呢 吧 啊 和 与 及 或 是 在 有 我 你 您 他 她 它 我家 家里 我们 你们 请 请问 想 要
怎么 怎样 怎么办 如何 什么 多少 几 哪 哪里 哪些 可以 能 能不能 是否 这 那 就 都 也 还 把
被 让 给 对 从
到 为 以 并 但 而 不是 一下 一个 没有 为什么
a an the is are be to of in on at for and or how what when where do does can i my we our you your it
there with from not
"""
_STOP: Final = frozenset(_SAID_ANYHOW.split())
_FUZZ: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
"""What people of half the country do not tell apart."""


@cache
def _cutter() -> "Jieba":
    from rjieba import Jieba  # its dictionary is large: only who searches loads it

    return Jieba()


def ready() -> None:
    """Load the dictionaries, which takes a moment: not while a transaction is open."""
    _cutter().cut("热")
    sound("热")


def plain(text: str) -> str:
    """One width, one case."""
    return unicodedata.normalize("NFKC", text).lower()


def indexed(text: str) -> list[str]:
    """Every word under which the text is found; long words also by the words in them."""
    return [term for word in _cutter().cut_for_search(plain(text)) if (term := _term(word))]


def asked(text: str) -> list[str]:
    """The words of a question, in order, none twice."""
    return list(dict.fromkeys(t for word in _cutter().cut(plain(text)) if (t := _term(word))))


def parts(term: str) -> list[str]:
    """The words within a word."""
    return [each for each in indexed(term) if each != term]


def is_han(term: str) -> bool:
    """Whether it is written in characters."""
    return bool(_HAN.search(term))


def _term(word: str) -> str:
    word = word.strip()
    if word in _STOP or not any(each.isalnum() for each in word):
        return ""
    plural = word.isascii() and len(word) > 3 and word.endswith("s") and not word.endswith("ss")  # noqa: PLR2004
    return (word[:-1] if plural else word)[:TERM_CHARS_MAX]


def sounds(term: str) -> str:
    """How it is typed by its sound: the same for what sounds nearly alike; empty for numbers."""
    spoken = "".join(sound(each) if is_han(each) else each for each in term)
    if not spoken.isascii() or not spoken.isalpha():
        return ""
    for strict, loose in _FUZZ:
        spoken = spoken.replace(strict, loose)
    return spoken


def near(left: str, right: str) -> bool:
    """One slip apart; two in long foreign words, none in short ones: those mean something else."""
    least = 3 if is_han(left) else 4
    allowed = 2 if not is_han(left) and len(left) > 7 else 1  # noqa: PLR2004
    if min(len(left), len(right)) < least or abs(len(left) - len(right)) > allowed:
        return False
    return _distance(left, right) <= allowed


def _distance(left: str, right: str) -> int:
    before = list(range(len(right) + 1))
    for row, one in enumerate(left, start=1):
        present = [row]
        for column, other in enumerate(right, start=1):
            change = before[column - 1] + (one != other)
            present.append(min(change, before[column] + 1, present[-1] + 1))
        before = present
    return before[-1]
