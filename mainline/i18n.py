"""Translation: English texts in the code, Chinese in ``locale/zh_CN.po`` beside each package.

``_`` translates at once into the language of the present request; ``Text`` marks a text that is
translated later, at the edge. A text without a translation is shown in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final, Literal, get_args

from babel.messages.pofile import read_po

from mainline.config import PROJECT

Locale = Literal["zh_CN", "en"]
LOCALES: Final[tuple[Locale, ...]] = get_args(Locale)
PACKAGES: Final = (
    "mainline",
    "dialplan",
    "crm",
    "recordings",
    "ivr",
    "agi",
    "agentdesk",
    "rehearsal",
)

_current: ContextVar[Locale] = ContextVar("locale", default="zh_CN")


@cache
def catalog() -> dict[str, str]:
    """All Chinese translations of all packages, English text to Chinese text."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("locale/zh_CN.po")):
            with path.open("rb") as file:
                for message in read_po(file, locale="zh_CN"):
                    if (
                        isinstance(message.id, str)
                        and message.id
                        and isinstance(message.string, str)
                    ):
                        found[message.id] = message.string
    return found


def current_locale() -> Locale:
    """The language of the present request."""
    return _current.get()


@contextmanager
def speaking(locale: Locale) -> Iterator[None]:
    """Use this language inside the block."""
    token = _current.set(locale)
    try:
        yield
    finally:
        _current.reset(token)


def translate(text: str, locale: Locale, values: dict[str, object] | None = None) -> str:
    """The text in that language, placeholders ``%(name)s`` filled.

    Values that know both languages themselves (a ``Text``, a ``LocalizedText``) speak that one.
    """
    words = (catalog().get(text) or text) if locale == "zh_CN" else text
    if not values:
        return words
    return words % {name: _spoken(value, locale) for name, value in values.items()}


def _spoken(value: object, locale: Locale) -> object:
    to = getattr(value, "to", None)
    return to(locale) if to is not None else value


def _(text: str, /, **values: object) -> str:
    """The text in the language of the present request."""
    return translate(text, _current.get(), values)


class Text(str):
    """An English text to be translated later; marks it for extraction."""

    __slots__ = ()

    def to(self, locale: Locale, **values: object) -> str:
        """The words in that language."""
        return translate(str(self), locale, values)
