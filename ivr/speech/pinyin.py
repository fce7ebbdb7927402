"""Characters to syllables. The domain's own readings go before the general dictionary."""

from __future__ import annotations

import re
from functools import cache
from types import ModuleType
from typing import Final

READINGS: Final = {
    "还款": "huán kuǎn",
    "还清": "huán qīng",
    "未还": "wèi huán",
    "结清": "jié qīng",
    "户号": "hù hào",
    "尾号": "wěi hào",
    "停供": "tíng gōng",
    "供热": "gōng rè",
    "供水": "gōng shuǐ",
    "供气": "gōng qì",
    "阶梯": "jiē tī",
    "漏水": "lòu shuǐ",
    "请稍候": "qǐng shāo hòu",
    "打不着火": "dǎ bù zháo huǒ",
    "层高": "céng gāo",
    "按比例": "àn bǐ lì",
    "层": "céng",
    "朝阳": "cháo yáng",
    "行": "xíng",
    "号楼": "hào lóu",
}
"""Where the general dictionary errs or might; a test holds each of them."""

_BREAK: Final = re.compile(r"([^\w]+)")
_TONES: Final = {"ˊ": "2", "ˇ": "3", "ˋ": "4", "˙": "1"}


@cache
def _pypinyin() -> ModuleType:
    import pypinyin  # large: only who speaks anew waits for it

    pypinyin.load_phrases_dict({text: [[part] for part in spoken.split()]
                       for text, spoken in READINGS.items() if len(text) > 1})  # fmt: skip
    return pypinyin


def numbered(text: str) -> str:
    """``nin2 hao3``, punctuation kept: what espeak-ng's pinyin voice reads."""
    found = _pypinyin()
    syllables = found.lazy_pinyin(
        text, style=found.Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True
    )
    return " ".join(syllables)


def bopomofo(text: str) -> list[str]:
    """A key for each syllable: ``ㄅㄚ4``, neutral ``ㄅㄚ1``; pauses are ``,`` and ``.``."""
    found = _pypinyin()
    keys: list[str] = []
    for piece in _BREAK.split(text):
        if not piece:
            continue
        if _BREAK.fullmatch(piece):
            keys.append("." if any(mark in "。！？.!?" for mark in piece) else ",")
        else:
            keys += map(
                _key, found.lazy_pinyin(piece, style=found.Style.BOPOMOFO, tone_sandhi=True)
            )
    return keys


def _key(syllable: str) -> str:
    tone = "".join(_TONES[mark] for mark in syllable if mark in _TONES)
    return "".join(mark for mark in syllable if mark not in _TONES) + tone
