"""Which places a typed address may mean: ranked, each with its score and the reasons for it.

Pure. Nothing is guessed silently: whoever asks sees all candidates, and ``sure`` only when one
is far ahead of the others.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from crm.addresses.gazetteer import Gazetteer, Mention, Place
from crm.addresses.houses import House, Reading, readings
from crm.addresses.wording import plain

CANDIDATES_MAX: Final = 10
SURE_SCORE: Final = 0.85
SURE_LEAD: Final = 0.08
_DEPTHS: Final = {"district": 0.4, "street": 0.6, "community": 1.0}
_ELSEWHERE: Final = 0.3
_FITS: Final = 0.02
_NOT_UNDERSTOOD: Final = 0.14
_A_CHARACTER: Final = 0.03
_NOT_UNDERSTOOD_MAX: Final = 0.3
_SHARED: Final = 0.06
_FILLER: Final = re.compile(r"^(?:中国)?(?:[^省]{2,3}省)?(?:[^市]{2,3}市)?$|^[的在住内是-]+$")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate stands where it stands; ``code`` is stable, ``said`` the words meant."""

    code: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant, and the house there."""

    place: Place
    house: House
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of a typed address."""

    text: str
    """As it was read: one width, no spaces."""
    candidates: tuple[Candidate, ...] = ()
    house: House = field(default_factory=House)
    remark: str = ""
    """What stood behind the house: ``旁边``, ``东户``."""

    @property
    def sure(self) -> Candidate | None:
        """The one that is meant, when there is no doubt worth asking about."""
        clear = is_clear([each.score for each in self.candidates])
        return self.candidates[0] if clear else None


def is_clear(scores: Sequence[float]) -> bool:
    """Whether the first is good and the next is far behind."""
    if not scores or scores[0] < SURE_SCORE:
        return False
    return len(scores) == 1 or scores[0] - scores[1] >= SURE_LEAD


def parse(typed: str, gazetteer: Gazetteer) -> Parsed:
    """Read an address; never refuses, whatever was typed."""
    text = plain(typed)
    return _parsed(text, readings(text), gazetteer)


def parse_reading(way: Reading, gazetteer: Gazetteer) -> Parsed:
    """The places that one reading may mean."""
    return _parsed(way.place, [way], gazetteer)


def _parsed(text: str, ways: Sequence[Reading], gazetteer: Gazetteer) -> Parsed:
    best: dict[tuple[int, House], Candidate] = {}
    for way in ways:
        for one in _candidates(way, gazetteer):
            key = one.place.id, one.house
            if key not in best or best[key].score < one.score:
                best[key] = one
    ranked = sorted(best.values(), key=lambda one: (-one.score, one.place.path, str(one.house)))
    return Parsed(text, tuple(ranked[:CANDIDATES_MAX]), ways[0].house, ways[0].remark)


def _candidates(way: Reading, gazetteer: Gazetteer) -> Iterator[Candidate]:
    mentions = gazetteer.mentions(way.place)
    for one in mentions:
        if not _continued(one, mentions):
            yield _judged(one, mentions, way, gazetteer)


def _continued(one: Mention, mentions: Iterable[Mention]) -> bool:
    """Whether a place within it is named as well: then that one is meant."""
    return any(
        other.place.path != one.place.path
        and other.place.path.startswith(one.place.path)
        and (other.start, other.end) != (one.start, one.end)
        for other in mentions
    )


def _judged(
    one: Mention, mentions: Sequence[Mention], way: Reading, gazetteer: Gazetteer
) -> Candidate:
    above = {place.id for place in gazetteer.above(one.place)}
    around = [other for other in mentions if _beside(other, one)]
    fits = [other for other in around if other.place.id in above]
    against = [] if fits else [other for other in around if _disagrees(other, one)]
    rest = _not_understood(way.place, [one, *fits, *against])
    score = one.worth * _DEPTHS[one.place.level] - way.cost
    score += _FITS * bool(fits) - _ELSEWHERE * bool(against)
    shared = one.how == "short" and any(_same_words(other, one) for other in mentions)
    score -= _SHARED * shared + _puzzling(rest)
    reasons = [Reason(one.how, one.said)]
    reasons += [Reason("within", other.said) for other in fits[:2]]
    reasons += [Reason("elsewhere", other.said) for other in against[:1]]
    reasons += [Reason("shared-name", one.said)] if shared else []
    reasons += [Reason("not-understood", rest)] if rest else []
    reasons += [Reason("other-reading")] if way.cost else []
    return Candidate(one.place, way.house, round(max(0.0, min(1.0, score)), 3), tuple(reasons))


def _puzzling(rest: str) -> float:
    cost = _NOT_UNDERSTOOD + _A_CHARACTER * len(rest)
    return min(_NOT_UNDERSTOOD_MAX, cost) if rest else 0.0


def _same_words(other: Mention, one: Mention) -> bool:
    return other.place.id != one.place.id and (other.start, other.end) == (one.start, one.end)


def _beside(other: Mention, one: Mention) -> bool:
    return other.end <= one.start or one.end <= other.start


def _disagrees(other: Mention, one: Mention) -> bool:
    """A district or street that is named for certain, and is not where the place lies."""
    return other.how in {"exact", "alias"} and other.place.level in {"district", "street"} and (
        _LEVELS.index(other.place.level) < _LEVELS.index(one.place.level)
    )  # fmt: skip


_LEVELS: Final = tuple(_DEPTHS)


def _not_understood(text: str, understood: Iterable[Mention]) -> str:
    """The words that no name accounts for; province, city and filling words are no matter."""
    left = list(text)
    for mention in understood:
        left[mention.start : mention.end] = "\0" * (mention.end - mention.start)
    pieces = "".join(left).split("\0")
    return "".join(piece for piece in pieces if piece and not _FILLER.match(piece))
