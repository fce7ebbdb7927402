"""What the machine kept from a call is counted for that call, and for no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.metronome import Stalls

BEGAN = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
ENDED = BEGAN + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("woke_s", "late_s", "counted"),
    [
        (10.0, 0.9, 0.9),  # in the middle
        (-0.2, 0.9, 0.9),  # right before: what waited in the socket is recorded
        (-0.6, 0.9, 0.0),  # long before: whoever read it then had no recording yet
        (20.5, 0.9, 0.9),  # it reaches beyond the end
        (21.0, 0.9, 0.0),  # it began afterwards
    ],
)
def test_a_stall_counts_for_the_calls_it_touched(
    tmp_path: Path, woke_s: float, late_s: float, counted: float
) -> None:
    path = tmp_path / "stalls"
    path.write_text(f"{BEGAN.timestamp() + woke_s:.3f} {late_s:.3f}\n", "ascii")
    assert Stalls(path).between(BEGAN, ENDED) == counted
