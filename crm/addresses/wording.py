"""An address as somebody typed it, brought to one form: width, dashes, signs, numerals."""

import re
import unicodedata
from typing import Final

TEXT_CHARS_MAX: Final = 120
DIGITS: Final = "零〇○一二两三四五六七八九十百"
_VALUES: Final = dict(
    zip("零〇○一二两三四五六七八九", (0, 0, 0, 1, 2, 2, *range(3, 10)), strict=True)
)
_OLD: Final = str.maketrans("號樓單區層戶棟園門東村廠裡裏", "号楼单区层户栋园门东村厂里里")
_DASHES: Final = re.compile(r"[‐‑‒–—―−~_/\\·•・]+")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=[0-9])[\s,.、,;。]+(?=[0-9])")
_REMARK: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NEEDLESS: Final = re.compile(r"[^0-9A-Z一-鿿㐀-䶿〇○-]+")
_PLAIN: Final = re.compile(r"[0-9A-Z一-龥]+(?:-[0-9A-Z一-龥]+)*").fullmatch
"""What is in that form already, but for old characters."""


def plain(text: str) -> str:
    """Half width, upper case, no spaces, ``-`` between numbers; what stood in brackets is gone."""
    if len(text) <= TEXT_CHARS_MAX and _PLAIN(text):
        return text.translate(_OLD)
    folded = unicodedata.normalize("NFKC", text[:TEXT_CHARS_MAX])[:TEXT_CHARS_MAX].upper()
    bare = _REMARK.sub("", folded.translate(_OLD))
    dashed = _BETWEEN_DIGITS.sub("-", _DASHES.sub("-", bare))
    hashed = re.sub(r"#楼?", "号楼", dashed)
    return re.sub(r"-{2,}", "-", _NEEDLESS.sub("", hashed)).strip("-")


def number(text: str) -> str:
    """A number without leading zeros: ``十二`` and ``012`` are ``12``, ``五零一`` is ``501``."""
    if text.isascii() and text.isdigit():
        return text.lstrip("0") or "0"
    digits = re.sub(rf"[{DIGITS}]+", lambda found: _arabic(found[0]), text)
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", digits)


def _arabic(numeral: str) -> str:
    if not set(numeral) & {"十", "百"}:
        return "".join(str(_VALUES[each]) for each in numeral)
    whole, present = 0, 0
    for each in numeral:
        if each in _VALUES:
            present = _VALUES[each]
        else:
            whole += (present or 1) * (100 if each == "百" else 10)
            present = 0
    return str(whole + present)
