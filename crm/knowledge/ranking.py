"""Which articles answer a question best: BM25 over groups of words that mean the same. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Final, Literal

K1: Final = 1.2
B: Final = 0.5
COVERED_MIN: Final = 0.3
"""An article that has less of the question is no answer."""
How = Literal["typed", "same", "part", "sound", "near"]
FACTORS: Final[Mapping[How, float]] = {
    "typed": 1.0, "same": 0.8, "sound": 0.8, "part": 0.6, "near": 0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posting:
    """A word stands in an article with that weight."""

    term: str
    version_id: int
    weight: float


@dataclass(slots=True)
class Group:
    """One word of the question, and the words of the index that may be meant by it."""

    typed: str
    terms: dict[str, How] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """How much of the question it is: a single character is half a word."""
        return 0.5 if len(self.typed) == 1 else 1.0

    def factor(self, term: str) -> float:
        """How sure it is that this was meant."""
        return FACTORS[self.terms[term]]

    @property
    def guessed(self) -> list[str]:
        """What was taken for it, when nobody wrote it like that."""
        return [term for term, how in self.terms.items() if how in {"sound", "near"}]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article and what of it answers."""

    version_id: int
    score: float
    terms: frozenset[str]


def rank(
    groups: Sequence[Group], postings: Iterable[Posting], lengths: Mapping[int, int]
) -> list[Ranked]:
    """The best first. ``lengths``: every article that could be found."""
    by_term: dict[str, dict[int, float]] = {}
    for one in postings:
        by_term.setdefault(one.term, {})[one.version_id] = one.weight
    mean = sum(lengths.values()) / len(lengths) if lengths else 1.0
    weights = [_group_idf(group, by_term, len(lengths)) for group in groups]
    found = [
        _ranked(version_id, length / (mean or 1.0), groups, weights, by_term)
        for version_id, length in lengths.items()
    ]
    kept = [one for one in found if one is not None and one.terms]
    return sorted(kept, key=lambda one: (-one.score, one.version_id))


def _idf(count: int, articles: int) -> float:
    return log(1 + (articles - count + 0.5) / (count + 0.5))


def _group_idf(group: Group, by_term: Mapping[str, Mapping[int, float]], articles: int) -> float:
    counts = [len(by_term.get(term, ())) for term in group.terms]
    return _idf(max(counts, default=0), articles)


def _ranked(
    version_id: int,
    length: float,
    groups: Sequence[Group],
    weights: Sequence[float],
    by_term: Mapping[str, Mapping[int, float]],
) -> Ranked | None:
    score, covered, terms = 0.0, 0.0, set[str]()
    for group, idf in zip(groups, weights, strict=True):
        here = {t: by_term[t][version_id] for t in group.terms if version_id in by_term.get(t, ())}
        if here:
            score += idf * max(_saturated(w, length) * group.factor(t) for t, w in here.items())
            covered += group.share * max(group.factor(term) for term in here)
            terms |= here.keys()
    if covered < COVERED_MIN * sum(group.share for group in groups):
        return None
    return Ranked(version_id, score, frozenset(terms))


def _saturated(weight: float, length: float) -> float:
    return weight * (K1 + 1) / (weight + K1 * (1 - B + B * length))
