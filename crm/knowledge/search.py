"""Full-text search on any database: an inverted index in a table, ranked in Python.

What is published is taken into the index when somebody next searches: publishing stays quick, and
processes that never search never load the dictionary.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.knowledge import kinds, segment
from crm.knowledge.content import Content
from crm.knowledge.highlight import Piece, pieces, snippet
from crm.knowledge.models import KnowledgeTerm, KnowledgeVersion
from crm.knowledge.queries import PUBLISHED, Shown, by_versions, counting
from crm.knowledge.ranking import Group, How, Posting, Ranked, rank
from mainline import definitions
from mainline.i18n import Locale

QUERY_CHARS_MAX: Final = 60
WORDS_MAX: Final = 10
HITS_MAX: Final = 20
INDEXED_AT_ONCE: Final = 200
VOCABULARY_MAX: Final = 40_000
GUESSES_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers, and where."""

    shown: Shown
    score: float
    terms: frozenset[str]

    def title(self, locale: Locale) -> list[Piece]:
        """Its title with the hits marked."""
        return pieces(self.shown.content.title.to(locale), self.terms)

    def snippet(self, locale: Locale) -> list[Piece]:
        """What it says there: in what is said to callers, else in its body."""
        content = self.shown.content
        other: Locale = "en" if locale == "zh_CN" else "zh_CN"
        texts = [
            part.to(each) for each in (locale, other) for part in (content.wording, content.body)
        ]
        told = [snippet(text, self.terms) for text in texts if text]
        return next((one for one in told if any(piece.hit for piece in one)), told[0])


@dataclass(frozen=True, slots=True)
class Found:
    """The best answers first; ``meant``: what was taken for words that nobody wrote like that."""

    hits: Sequence[Hit]
    meant: Sequence[str] = ()


async def search(session: AsyncSession, text: str, at: datetime, *, limit: int = HITS_MAX) -> Found:
    """Look for it in what counts then. Call ``segment.ready`` before, outside of transactions."""
    await _take_in(session)
    lengths = await _lengths(session, at)
    words = segment.asked(text[:QUERY_CHARS_MAX])[:WORDS_MAX]
    if not words or not lengths:
        return Found(())
    groups = await _groups(session, words, at)
    postings = await _postings(session, [term for group in groups for term in group.terms], at)
    ranked = rank(groups, postings, lengths)[: min(limit, HITS_MAX)]
    return Found(await _hits(session, ranked), _meant(groups, ranked))


async def _hits(session: AsyncSession, ranked: Sequence[Ranked]) -> list[Hit]:
    shown = await by_versions(session, [one.version_id for one in ranked])
    return [Hit(shown[one.version_id], one.score, one.terms) for one in ranked]


def _meant(groups: Iterable[Group], ranked: Sequence[Ranked]) -> list[str]:
    there = {term for one in ranked for term in one.terms}
    return list(dict.fromkeys(t for group in groups for t in group.guessed if t in there))


# --- what may be meant ------------------------------------------------------------------------


async def _groups(session: AsyncSession, words: Sequence[str], at: datetime) -> list[Group]:
    same = await definitions.rules(session, kinds.KNOWLEDGE_WORDS, kinds.NONE)
    known = await _known(session, words, at)
    groups: list[Group] = []
    for word in await _joined(session, words, known, at):
        group = Group(word, {word: "typed"} if word in known else {})
        _also(group, same.alike(word), "same")
        if not group.terms:
            await _guess(session, group, at)
        groups.append(group)
    return groups


async def _joined(
    session: AsyncSession, words: Sequence[str], known: set[str], at: datetime
) -> list[str]:
    """A word with a slip in it falls apart: neighbours that are one word together are one."""
    joined: list[str] = []
    for word in words:
        last = joined[-1] if joined else ""
        if (
            last
            and segment.is_han(last)
            and segment.is_han(word)
            and await _one(session, last + word, at, strange=not {last, word} <= known)
        ):
            joined[-1] = last + word
        else:
            joined.append(word)
    known |= await _known(session, joined, at)
    return joined


async def _one(session: AsyncSession, both: str, at: datetime, *, strange: bool) -> bool:
    if await _known(session, [both], at):
        return True
    return strange and bool(await _sounding(session, both, at))


async def _guess(session: AsyncSession, group: Group, at: datetime) -> None:
    _also(group, await _sounding(session, group.typed, at), "sound")
    if not group.guessed:
        _also(group, await _near(session, group.typed, at), "near")
    _also(group, await _known(session, segment.parts(group.typed), at), "part")


def _also(group: Group, terms: Iterable[str], how: How) -> None:
    for term in sorted(terms)[:GUESSES_MAX]:
        group.terms.setdefault(term, how)


async def _known(session: AsyncSession, words: Sequence[str], at: datetime) -> set[str]:
    term = KnowledgeTerm.term
    there = select(term).where(term.in_(words), KnowledgeTerm.version_id.in_(counting(at)))
    return set(await session.scalars(there.distinct()))


async def _sounding(session: AsyncSession, word: str, at: datetime) -> list[str]:
    sound = segment.sounds(word)
    if not sound:
        return []
    there = select(KnowledgeTerm.term).where(
        KnowledgeTerm.sound == sound, KnowledgeTerm.version_id.in_(counting(at))
    )
    found = set(await session.scalars(there.distinct()))
    return [term for term in found if segment.is_han(term) and len(term) > 1]


async def _near(session: AsyncSession, word: str, at: datetime) -> list[str]:
    there = select(KnowledgeTerm.term).where(KnowledgeTerm.version_id.in_(counting(at)))
    vocabulary = await session.scalars(there.distinct().limit(VOCABULARY_MAX))
    return [term for term in vocabulary if segment.near(word, term)]


# --- the index --------------------------------------------------------------------------------


async def _lengths(session: AsyncSession, at: datetime) -> dict[int, int]:
    rows = await session.execute(
        select(KnowledgeVersion.id, KnowledgeVersion.length).where(
            KnowledgeVersion.id.in_(counting(at)), KnowledgeVersion.length.is_not(None)
        )
    )
    return {version_id: int(length or 0) for version_id, length in rows}


async def _postings(session: AsyncSession, terms: Sequence[str], at: datetime) -> list[Posting]:
    rows = await session.execute(
        select(KnowledgeTerm.term, KnowledgeTerm.version_id, KnowledgeTerm.weight).where(
            KnowledgeTerm.term.in_(terms), KnowledgeTerm.version_id.in_(counting(at))
        )
    )
    return [Posting(*row) for row in rows]


async def _take_in(session: AsyncSession) -> None:
    """Published versions that are not in the index yet."""
    fresh = select(KnowledgeVersion).where(
        KnowledgeVersion.state == PUBLISHED, KnowledgeVersion.length.is_(None)
    )
    rows = await session.scalars(
        fresh.order_by(KnowledgeVersion.id).limit(INDEXED_AT_ONCE).with_for_update(skip_locked=True)
    )
    for version in rows.all():
        weights = weigh(Content.model_validate(version.content))
        old = delete(KnowledgeTerm).where(KnowledgeTerm.version_id == version.id)
        await session.execute(old)
        terms = [
            {"term": term, "version_id": version.id, "weight": weight,
             "sound": segment.sounds(term)[:200]}
            for term, weight in sorted(weights.items())
        ]  # fmt: skip
        if terms:
            await session.execute(insert(KnowledgeTerm), terms)
        version.length = round(sum(weights.values()))
    await session.flush()


def weigh(content: Content) -> dict[str, float]:
    """How much each word counts: most in the title and the tags."""
    parts = (
        (3.0, content.title.zh), (3.0, content.title.en), (3.0, " ".join(content.tags)),
        (2.0, content.wording.zh), (2.0, content.wording.en),
        (1.0, content.body.zh), (1.0, content.body.en),
    )  # fmt: skip
    weights: dict[str, float] = {}
    for weight, text in parts:
        for term in segment.indexed(text):
            weights[term] = weights.get(term, 0.0) + weight
    return weights
