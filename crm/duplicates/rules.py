"""How likely two records are one. Pure: what they have in common gives score and reasons."""

from dataclasses import dataclass
from typing import Final, Literal

What = Literal["customer", "premise"]
SHOWN_SCORE_MIN: Final = 0.5
_NAMES: Final = {"same-name": 0.55, "name-sounds-alike": 0.35, "name-one-character-off": 0.35}
_SHARED: Final = {"same-telephone": 0.4, "same-premise": 0.3}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two records are, and in what."""

    score: float
    reasons: tuple[str, ...]


def customers_alike(
    left: str, right: str, *, initials_same: bool, telephone: bool, premise: bool
) -> Likeness:
    """Two people. A household shares telephone and home under different names: that is two."""
    reasons = [_names(left, right, initials_same=initials_same)]
    reasons += ["same-telephone"] if telephone else []
    reasons += ["same-premise"] if premise else []
    if reasons[0] == "":
        return Likeness(0.0, tuple(reasons[1:]))
    score = _NAMES[reasons[0]] + sum(_SHARED[each] for each in reasons[1:])
    return Likeness(round(min(1.0, score), 2), tuple(reasons))


def _names(left: str, right: str, *, initials_same: bool) -> str:
    if _bare(left) == _bare(right):
        return "same-name"
    if len(left) == len(right) and initials_same:
        return "name-sounds-alike"
    differing = sum(a != b for a, b in zip(left, right, strict=False))
    near = len(left) == len(right) and differing == 1 and len(left) > len("王芳")
    return "name-one-character-off" if near else ""


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


def premises_alike(left: str, right: str, *, same_node: bool, read_as: float) -> Likeness:
    """Two premises: of one place of the tree, or written so that both are read as one place."""
    if same_node:
        same = _bare(left) == _bare(right)
        return Likeness(1.0 if same else 0.9, ("same-address" if same else "same-place",))
    return Likeness(round(read_as, 2), ("read-as-the-same-place",) if read_as else ())
