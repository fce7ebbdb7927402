"""The telephone goes before the service, and the service before everything else."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainline.process.priority import NICE, put_first

UNITS = Path(__file__).parents[2] / "deploy/systemd"


@pytest.fixture
def process() -> Iterator[int]:
    started = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield started.pid
    started.kill()
    started.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may put anybody first")
def test_a_process_is_put_before_others_and_with_it_its_session(process: int) -> None:
    put_first(process, -5)
    assert os.getpriority(os.PRIO_PROCESS, process) == -5
    group = Path(f"/proc/{process}/autogroup")
    if group.exists():
        assert re.search(r"nice (-?\d+)", group.read_text("ascii")).group(1) == "-5"  # type: ignore[union-attr]


def test_who_may_not_or_comes_too_late_goes_on_without_an_error(
    process: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused)
    monkeypatch.setattr(os, "getsid", refused)
    put_first(process, -5)
    assert os.getpriority(os.PRIO_PROCESS, process) == os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.parametrize(("name", "nice"), NICE.items())
def test_it_is_the_same_under_systemd(name: str, nice: int) -> None:
    assert f"\nNice={nice}\n" in (UNITS / f"mainline-{name}.service").read_text("utf-8")
