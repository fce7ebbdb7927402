"""Degrees on the drawn map, which is no map of degrees. Pure.

The drawn areas stand where a draughtsman found room. Places whose degrees and whose spot on the
drawing are both known hold the others: whatever lies between them is drawn between them, nearer
ones counting more (Shepard's interpolation).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crm.field.places import Point, distance_km

WIDTH, HEIGHT = 1000.0, 600.0
SAME_KM: Final = 0.03


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place that is known in both."""

    point: Point
    drawn: tuple[float, float]


def drawn(anchors: Sequence[Anchor], point: Point) -> tuple[float, float] | None:
    """Where a place lies on the drawing; None when nothing holds it."""
    weighed = [(distance_km(anchor.point, point), anchor) for anchor in anchors]
    if not weighed:
        return None
    near = [anchor for km, anchor in weighed if km < SAME_KM]
    if near:
        return _middle([(1.0, anchor) for anchor in near])
    return _middle([(1 / km**3, anchor) for km, anchor in weighed])


def _middle(weighed: Sequence[tuple[float, Anchor]]) -> tuple[float, float]:
    whole = sum(weight for weight, _anchor in weighed)
    x = sum(weight * anchor.drawn[0] for weight, anchor in weighed) / whole
    y = sum(weight * anchor.drawn[1] for weight, anchor in weighed) / whole
    return round(min(max(x, 0.0), WIDTH), 1), round(min(max(y, 0.0), HEIGHT), 1)


def centre(outline: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The middle of an outline."""
    xs, ys = [corner[0] for corner in outline], [corner[1] for corner in outline]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
