"""One look at the town: the pairs it found, and where the next one begins. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from crm.duplicates.rules import Likeness, What
from mainline.errors import Invalid

Step = Literal["telephone", "home", "room", "rough"]
STEPS: Final[dict[What, tuple[Step, ...]]] = {
    "customer": ("telephone", "home"), "premise": ("room", "rough"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one; the first is older."""

    what: What
    first_id: int
    second_id: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next look begins: behind this row, which is named by its id and nothing private."""

    step: Step
    after: int = 0

    @classmethod
    def read(cls, what: What, text: str) -> "Place":
        """From what ``str`` made of it; empty: the start."""
        step, _, after = (text or f"{STEPS[what][0]}-0").partition("-")
        if step not in STEPS[what] or not after.isdecimal() or len(after) > len(str(2**53)):
            raise Invalid("next")
        return cls(step, int(after))

    def __str__(self) -> str:
        return f"{self.step}-{self.after}"


@dataclass(frozen=True, slots=True)
class Look:
    """Undecided pairs, the likeliest first, and where to look on; None: that was the whole town."""

    pairs: list[Pair]
    next: Place | None
