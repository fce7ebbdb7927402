"""What the machine kept from a call is counted for that call, and for no other."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.metronome import BEAT_S, Stalls, listening

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
    assert lost(tmp_path, (woke_s, late_s)) == pytest.approx(counted)


def test_what_two_lost_at_once_counts_once(tmp_path: Path) -> None:
    assert lost(tmp_path, (10.0, 0.9), (10.1, 0.5), (12.0, 0.2)) == pytest.approx(1.2)


async def test_a_loop_that_stands_still_is_noted_where_telephones_live_in_it(
    tmp_path: Path,
) -> None:
    async with listening(tmp_path, phones=True):
        await asyncio.sleep(2 * BEAT_S)
        time.sleep(0.3)  # the loop is to stand still
        await asyncio.sleep(2 * BEAT_S)
        rows = (tmp_path / "stalls").read_text("ascii").splitlines()
    assert any(float(row.split()[1]) >= 0.25 for row in rows)


def lost(folder: Path, *stalls: tuple[float, float]) -> float:
    """Seconds lost in the call to stalls, each with when somebody woke and how late."""
    path = folder / "stalls"
    path.write_text(
        "".join(f"{BEGAN.timestamp() + woke:.3f} {late:.3f}\n" for woke, late in stalls), "ascii"
    )
    return Stalls(path).between(BEGAN, ENDED)
