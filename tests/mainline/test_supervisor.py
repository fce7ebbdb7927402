"""Programs are kept running, and none is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mainline.process import pids, supervisor
from mainline.process.program import Program
from mainline.process.supervisor import Keeper, stop_all, stop_leftovers

DEADLINE_S = 60.0

Said = list[tuple[str, str]]


async def until(condition: Callable[[], bool], what: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.01)
    assert condition(), what


async def _ready() -> bool:
    return True


def program(name: str, code: str, *, last: bool = False) -> Program:
    return Program(name, (sys.executable, "-c", textwrap.dedent(code)), _ready, last)


SLEEPS = "import time; time.sleep(600)"
NOTES_ITS_END = """
    import os, signal, sys, time
    def end(*_):
        with open("order", "a") as file:
            file.write("{name}\\n")
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    open("{name}.ready", "w").close()
    time.sleep(600)
"""


@asynccontextmanager
async def kept(home: Path, *programs: Program, said: Said) -> AsyncIterator[list[Keeper]]:
    environment = {**os.environ}
    keepers = [
        Keeper(one, home, environment, lambda name, what: said.append((name, what)))
        for one in programs
    ]
    tasks = [asyncio.create_task(keeper.keep()) for keeper in keepers]
    try:
        yield keepers
    finally:
        await stop_all(keepers)
        await asyncio.wait_for(asyncio.gather(*tasks), DEADLINE_S)


@pytest.fixture
def said() -> Said:
    return []


@pytest.fixture(autouse=True)
def _in_the_tests_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _the_machine_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_S", DEADLINE_S)


async def test_a_killed_process_is_started_again(tmp_path: Path, said: Said) -> None:
    async with kept(tmp_path, program("web", SLEEPS), said=said) as [keeper]:
        await until(lambda: keeper.pid is not None, "first life")
        first = keeper.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: keeper.pid not in {None, first}, "second life")
        assert not Path(f"/proc/{first}").exists()
    assert said == [("web", "已退出（信号 9）")]


async def test_stopping_leaves_no_process_and_no_pid_file(tmp_path: Path, said: Said) -> None:
    async with kept(tmp_path, program("web", SLEEPS), said=said) as [keeper]:
        await until(lambda: keeper.pid is not None, "running")
        who = pids.read(tmp_path / "run" / "web.pid")
        assert who is not None
        assert who.alive
    assert not who.alive
    assert not (tmp_path / "run" / "web.pid").exists()
    assert said == []


async def test_the_last_one_is_stopped_after_the_others(tmp_path: Path, said: Said) -> None:
    programs = [
        program("worker", NOTES_ITS_END.format(name="worker"), last=True),
        program("web", NOTES_ITS_END.format(name="web")),
    ]
    async with kept(tmp_path, *programs, said=said):
        await until(lambda: Path("worker.ready").exists() and Path("web.ready").exists(), "up")
    assert Path("order").read_text().split() == ["web", "worker"]


async def test_who_does_not_listen_is_killed(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_S", 0.2)
    deaf = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open("deaf.ready", "w").close()
        time.sleep(600)
    """
    async with kept(tmp_path, program("web", deaf), said=said) as [keeper]:
        await until(Path("deaf.ready").exists, "running")
        pid = keeper.pid
    assert not Path(f"/proc/{pid}").exists()
    assert said == [("web", "未能正常结束，已强行终止")]


async def test_a_process_that_cannot_start_is_tried_again(tmp_path: Path, said: Said) -> None:
    absent = Program("web", (str(tmp_path / "absent"),), _ready)
    async with kept(tmp_path, absent, said=said) as [keeper]:
        await until(lambda: len(said) >= 2, "two attempts")
        assert keeper.pid is None
    assert {name for name, _what in said} == {"web"}


async def test_pauses_between_starts_grow(tmp_path: Path, said: Said) -> None:
    starts = "import time; open('starts', 'a').write(f'{time.monotonic()}\\n')"
    async with kept(tmp_path, program("web", starts), said=said):
        await until(lambda: Path("starts").exists() and _lines("starts") >= 4, "four lives")
    times = [float(line) for line in Path("starts").read_text().split()]
    assert times[1] - times[0] >= 0.1
    assert times[2] - times[1] >= 0.5
    assert times[3] - times[2] >= 1.0


def _lines(name: str) -> int:
    return len(Path(name).read_text().splitlines())


async def test_leftovers_of_a_killed_supervisor_are_stopped(tmp_path: Path) -> None:
    left = subprocess.Popen([sys.executable, "-c", SLEEPS], start_new_session=True)
    (tmp_path / "run").mkdir()
    who = pids.identify(left.pid)
    assert who is not None
    pids.write(tmp_path / "run" / "gateway.pid", who)
    reaper = asyncio.create_task(asyncio.to_thread(left.wait))
    assert await stop_leftovers(tmp_path, ("gateway", "web")) == ["gateway"]
    await reaper
    assert left.returncode == -signal.SIGTERM


async def test_a_stranger_with_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPS], start_new_session=True)
    try:
        (tmp_path / "run").mkdir()
        earlier = pids.Identity(stranger.pid, started=1)
        pids.write(tmp_path / "run" / "gateway.pid", earlier)
        assert await stop_leftovers(tmp_path, ("gateway",)) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_file_names_the_one_before_until_it_names_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = tmp_path / "web.pid", pids.Identity(1, 1)
    pids.write(path, before)

    def full(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="full"):
        pids.write(path, pids.Identity(2, 2))
    assert pids.read(path) == before


async def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = f"""
        import asyncio, os
        from pathlib import Path
        from mainline.process.program import Program
        from mainline.process.supervisor import Keeper

        async def ready(): return True

        program = Program("web", ("sleep", "600"), ready)
        asyncio.run(Keeper(program, Path({str(tmp_path)!r}), dict(os.environ), print).keep())
    """
    root = Path(supervisor.__file__).parents[2]
    command = [sys.executable, "-c", textwrap.dedent(code)]
    parent = subprocess.Popen(command, cwd=root)
    pid_file = tmp_path / "run" / "web.pid"
    try:
        await until(lambda: pids.read(pid_file) is not None, "the child")
        child = pids.read(pid_file)
        assert child is not None
        assert child.alive
    finally:
        parent.kill()
        parent.wait()
    await until(lambda: not child.alive, "the child's end")


@pytest.fixture
def quick_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STALE_S", 0.4)
    monkeypatch.setattr(supervisor, "HUNG_S", 1.0)


@pytest.mark.usefixtures("quick_judgement")
async def test_a_process_that_stops_beating_is_replaced(tmp_path: Path, said: Said) -> None:
    beats_once = f"""
        import time
        from pathlib import Path
        from mainline.process.heartbeat import Pulse
        Pulse(Path({str(tmp_path)!r}), "web").say("up")
        time.sleep(600)
    """
    async with kept(tmp_path, program("web", beats_once), said=said) as [keeper]:
        await until(lambda: keeper.pid is not None, "first life")
        first = keeper.pid
        await until(lambda: keeper.pid not in {None, first}, "second life")
    told = list(dict.fromkeys(said))  # looked at again before the killed one is gone
    assert told[:2] == [("web", "无响应"), ("web", "已退出（信号 9）")]
