"""The house phrases: sentences with live values, loaded from text, pack before house."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from ivr.menu import Name
from ivr.say import LANGUAGES, Language
from mainline.datafile import content
from mainline.text import LocalizedText

HOUSE: Final = Path(__file__).parent / "prompts" / "phrases.yaml"
_PAUSES: Final = ("，", "。", ",", ".")
_PLACE: Final = re.compile(r"\{([a-z]+)\}")


class FaultKind(BaseModel):
    """A fault that callers of this trade report by keypad."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    text: LocalizedText
    emergency: bool = False
    """The order is opened, and the caller goes on to the emergency queue, ahead of all."""
    safety: LocalizedText | None = None
    """What the caller of an emergency hears while it rings."""

    @model_validator(mode="after")
    def _emergencies_are_kept_safe(self) -> FaultKind:
        if self.emergency != (self.safety is not None):
            raise ValueError("an emergency needs a safety text, and only an emergency")
        return self


_PHRASES: Final = TypeAdapter(dict[str, LocalizedText])
_FAULTS: Final = TypeAdapter(tuple[FaultKind, ...])


class Phrases:
    """All phrases of a pack, and its faults."""

    def __init__(
        self, phrases: Mapping[str, LocalizedText], faults: tuple[FaultKind, ...] = ()
    ) -> None:
        self._phrases = dict(phrases)
        self.faults = faults

    def parts(self, name: str, language: Language, values: Mapping[str, list[str]]) -> list[str]:
        """The phrase as a list of sounds to be: fixed text and the words of the values."""
        spoken: list[str] = []
        for index, piece in enumerate(_PLACE.split(self._phrases[name].to(language))):
            spoken += values[piece] if index % 2 else _fixed(piece)
        return spoken

    def fixed(self, language: Language) -> Iterator[str]:
        """Every fixed piece: what can be made before anybody calls."""
        for text in self._phrases.values():
            for piece in _PLACE.split(text.to(language))[::2]:
                yield from _fixed(piece)
        yield from (fault.text.to(language) for fault in self.faults)

    def differing(self) -> list[str]:
        """Phrases whose languages do not hold the same placeholders: mistakes."""
        return [
            name
            for name, text in self._phrases.items()
            if len({tuple(sorted(_PLACE.findall(text.to(one)))) for one in LANGUAGES}) > 1
        ]


def _fixed(piece: str) -> list[str]:
    """The piece, a pause before it apart: it follows a live value."""
    piece = piece.strip()
    pause, rest = (piece[0], piece[1:].strip()) if piece[:1] in _PAUSES else ("", piece)
    return [part for part in (pause, rest) if part]


@cache
def load_phrases(pack_dir: Path) -> Phrases:
    """The house phrases with the pack's own put over them."""
    own = pack_dir / "prompts"
    phrases = _PHRASES.validate_python(_read(HOUSE) | _read(own / "phrases.yaml"))
    faults = _read(own / "faults.yaml").get("faults", [])
    return Phrases(phrases, _FAULTS.validate_python(faults))


def _read(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    loaded = content(path)
    return loaded if isinstance(loaded, dict) else {}
