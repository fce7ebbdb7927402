"""The chain by itself: whatever is done to it, the first bad entry is named."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mainline.audit.chain import GENESIS, Bad, Link, Walk, seal

TEXT = st.text(max_size=20)
MADE = st.lists(st.tuples(st.integers(0, 2**62), *[TEXT] * 7), min_size=1, max_size=12)
Sealed = tuple[Link, str]


def chained(made: list[tuple[object, ...]]) -> list[Sealed]:
    previous, chain = GENESIS, []
    for number, fields in enumerate(made, start=1):
        link = Link(number, *fields)  # type: ignore[arg-type]
        previous = seal(previous, link)
        chain.append((link, previous))
    return chain


def first_bad(chain: list[Sealed], anchors: dict[int, str] | None = None) -> Bad | None:
    walk = Walk(anchors or {})
    for link, sealed in sorted(chain, key=lambda each: each[0].id):
        if not walk.step(link, sealed):
            break
    return walk.end()


@dataclass(frozen=True)
class Tampered:
    chain: list[Sealed]
    bad: Bad


@st.composite
def tampered(draw: st.DrawFn) -> Tampered:
    """One entry changed, removed, inserted, or two swapped: as an enemy with SQL would."""
    chain = chained(draw(MADE))
    at = draw(st.integers(0, len(chain) - 1))
    link, sealed = chain[at]
    changes: dict[str, Any] = {}
    match draw(st.sampled_from(["field", "hash", "remove", "insert", "swap"])):
        case "field":
            name = draw(st.sampled_from([*Link._fields[1:]]))
            was = getattr(link, name)
            new = was + 1 if isinstance(was, int) else draw(TEXT.filter(lambda text: text != was))
            changes[name] = new
            chain[at] = (link._replace(**changes), sealed)
        case "hash":
            chain[at] = (link, draw(TEXT.filter(lambda text: text != sealed)))
        case "remove" if at < len(chain) - 1:
            del chain[at]
            return Tampered(chain, Bad(link.id, "missing"))
        case "swap" if at < len(chain) - 1 and chain[at][0][1:] != chain[at + 1][0][1:]:
            other, other_sealed = chain[at + 1]
            chain[at] = (other._replace(id=link.id), other_sealed)
            chain[at + 1] = (link._replace(id=other.id), sealed)
        case _:
            later = [(each._replace(id=each.id + 1), hash_) for each, hash_ in chain[at:]]
            forged = Link(link.id, *draw(MADE)[0])
            chain[at:] = [(forged, draw(st.sampled_from([sealed, "0" * 64]))), *later]
            if forged == link:
                chain[at] = (forged, "0" * 64)
    return Tampered(chain, Bad(link.id, "changed"))


@settings(deadline=None)
@given(MADE)
def test_an_untouched_chain_holds(made: list[tuple[object, ...]]) -> None:
    chain = chained(made)
    assert first_bad(chain) is None
    assert first_bad(chain, {link.id: sealed for link, sealed in chain}) is None


@settings(deadline=None)
@given(tampered())
def test_whatever_is_changed_removed_inserted_or_swapped_is_named(done: Tampered) -> None:
    assert first_bad(done.chain) == done.bad


@settings(deadline=None)
@given(MADE, st.data())
def test_a_cut_end_and_a_chain_made_anew_are_shown_by_an_anchor(
    made: list[tuple[object, ...]], data: st.DataObject
) -> None:
    chain = chained(made)
    anchor = data.draw(st.integers(1, len(chain)))
    anchors = {anchor: chain[anchor - 1][1]}
    cut = data.draw(st.integers(0, anchor - 1))
    assert first_bad(chain[:cut], anchors) == Bad(cut + 1, "missing")
    changed = data.draw(st.integers(0, anchor - 1))
    forged = [*made]
    forged[changed] = (forged[changed][0] + 1, *forged[changed][1:])  # type: ignore[operator]
    assert first_bad(chained(forged)) is None
    assert first_bad(chained(forged), anchors) == Bad(anchor, "rewritten")
