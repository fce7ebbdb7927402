"""What differs between two versions of a definition, part by part. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

NAMES: Final = ("code", "name", "action", "value")
"""By the first of these, parts of a list are the same part, wherever they stand."""
CHARS_MAX: Final = 120
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is new, gone or changed; the values as short texts."""

    what: Literal["added", "removed", "changed"]
    place: str
    before: str = ""
    after: str = ""


def compared(before: Any, after: Any) -> list[Change]:
    """Every difference, in the order of the newer version, what is gone last in its place."""
    return list(_compared(before, after, ()))


def _compared(before: Any, after: Any, place: tuple[str, ...]) -> Iterator[Change]:
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None:
        yield _change(before, after, place)
        return
    for name in [*new, *(name for name in old if name not in new)]:
        yield from _compared(old.get(name, _ABSENT), new.get(name, _ABSENT), (*place, name))
    if [*old] != [*new] and sorted(old) == sorted(new) and isinstance(after, list):
        yield Change("changed", "/".join(place), ", ".join(old), ", ".join(new))


def _change(before: Any, after: Any, place: tuple[str, ...]) -> Change:
    where = "/".join(place)
    if before is _ABSENT:
        return Change("added", where, after=_short(after))
    if after is _ABSENT:
        return Change("removed", where, before=_short(before))
    return Change("changed", where, _short(before), _short(after))


def _parts(value: Any) -> dict[str, Any] | None:
    """Named parts; None for what is compared as a whole."""
    if isinstance(value, Mapping):
        return {str(key): each for key, each in value.items()}
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return None
    return _named(value)


def _named(value: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    for name in NAMES:
        keys = [str(each.get(name, "")) for each in value]
        if all(keys) and len(set(keys)) == len(keys):
            return dict(zip(keys, value, strict=True))
    return {str(place): each for place, each in enumerate(value, start=1)}


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"zh", "en"}:
        text = f"{value['zh']} / {value['en']}"
    else:
        text = str(value)
    return text if len(text) <= CHARS_MAX else f"{text[:CHARS_MAX]}…"
