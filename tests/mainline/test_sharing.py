"""How tests are shared out: what runs together, where, and in which order."""

from pathlib import Path

import pytest

from tests.support import ports, sounds
from tests.support.sharing import is_live, takes_live, unit_of

SCENARIOS = "tests/calls/test_scenarios.py"


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        (f"{SCENARIOS}::test_scenario[share3-blind-transfer]", f"{SCENARIOS}::share3"),
        (
            f"{SCENARIOS}::test_after_a_share_of_scenarios_the_sums_hold[share3]",
            f"{SCENARIOS}::share3",
        ),
        ("tests/browser/test_pages.py::test_x[1366-en]", "tests/browser/"),
        ("tests/browser/test_menu.py::test_y", "tests/browser/"),
        ("tests/asterisk/test_moves.py::test_z", "tests/asterisk/test_moves.py"),
        ("tests/crm/test_skills.py::test_a[sqlite]", "tests/crm/test_skills.py::test_a[sqlite]"),
    ],
)
def test_what_shares_an_instance_stays_in_one_process(test: str, unit: str) -> None:
    assert unit_of(test) == unit


def test_two_processes_take_what_is_live() -> None:
    assert [takes_live(f"gw{number}") for number in range(4)] == [True, True, False, False]
    assert is_live(f"{SCENARIOS}::share0")
    assert not is_live("tests/crm/test_skills.py::test_a[sqlite]")


def test_no_two_processes_of_a_run_are_given_the_same_port() -> None:
    given = [ports.range_of(share, 3) for share in range(3)]
    assert all(len(each) > 3000 for each in given)
    assert len({port for each in given for port in each}) == sum(map(len, given))


def test_a_sound_made_for_one_instance_is_there_for_the_next(tmp_path: Path) -> None:
    first, second = (tmp_path / name / "home" for name in ("popen-gw0", "popen-gw1"))
    with sounds.shared(first):
        (first / sounds.CACHE / "a.wav").write_bytes(b"sound")
    with sounds.shared(second):
        assert (second / sounds.CACHE / "a.wav").read_bytes() == b"sound"


def test_without_other_processes_nothing_is_shared(tmp_path: Path) -> None:
    assert sounds.folder_of_run(tmp_path.parents[-1] / "alone" / "home") is None
