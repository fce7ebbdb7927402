"""``scripts/setup.sh`` says what is missing and what to do, with an exit code for each."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mainline.config import PROJECT


class Machine:
    """A copy of the script on a machine whose package tools are played."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.programs = folder / "checkout", folder / "bin"
        (self.checkout / "scripts").mkdir(parents=True)
        self.programs.mkdir()
        shutil.copy(PROJECT / "scripts" / "setup.sh", self.checkout / "scripts")
        (self.checkout / "scripts" / "apt-packages.txt").write_text("there\n# a remark\nabsent\n")
        (self.checkout / "scripts" / "apt-packages-test.txt").write_text("for-tests\n")
        self.program("id", "echo 0")
        self.program("dpkg-query", '[ "$3" = there ] && printf installed')
        self.program("apt-get", "exit 0")
        for name in ("node", "npm"):
            self.program(name, "exit 0")

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"$0.log"\n{script}\n')
        path.chmod(0o755)

    def asked(self, name: str) -> list[str]:
        log = self.programs / f"{name}.log"
        return log.read_text().splitlines() if log.exists() else []

    def set_up(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.checkout / "scripts" / "setup.sh", *words],
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.checkout)},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    machine.set_up()
    assert machine.asked("apt-get") == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends absent",
    ]


def test_the_tests_packages_come_with_the_tests(machine: Machine) -> None:
    machine.set_up("--tests")
    assert machine.asked("apt-get")[1].endswith(" absent for-tests")


def test_without_root_it_says_what_root_has_to_do(machine: Machine) -> None:
    machine.program("id", "echo 1000")
    done = machine.set_up()
    assert done.returncode == 11
    assert "[no-root]" in done.stderr
    assert "sudo apt-get install absent" in done.stderr
    assert "需要 root 权限" in done.stderr
    assert machine.asked("apt-get") == []


def test_root_is_not_needed_when_nothing_is_missing(machine: Machine) -> None:
    machine.program("id", "echo 1000")
    machine.program("dpkg-query", "printf installed")
    assert machine.set_up().returncode != 11
    assert machine.asked("apt-get") == []


def test_a_package_that_does_not_exist_is_named(machine: Machine) -> None:
    machine.program("apt-get", '[ "$1" = update ] || { echo "E: Unable to locate"; exit 100; }')
    done = machine.set_up()
    assert done.returncode == 13
    assert "[no-package]" in done.stderr
    assert "absent" in done.stderr
    assert "E: Unable to locate" in done.stderr


def test_a_network_that_is_away_is_called_so(machine: Machine) -> None:
    words = "Err:1 http://mirror Temporary failure resolving 'mirror'"
    machine.program("apt-get", f'echo "{words}"; exit 100')
    done = machine.set_up()
    assert done.returncode == 12
    assert "[no-network]" in done.stderr
    assert "网络" in done.stderr
    assert len(machine.asked("apt-get")) == 1


def test_another_system_than_debian_is_told_apart(machine: Machine) -> None:
    (machine.programs / "dpkg-query").unlink()
    for name in ("bash", "dirname", "cat", "grep", "sort", "id"):
        found = shutil.which(name)
        assert found is not None
        if name != "id":
            (machine.programs / name).symlink_to(found)
    done = subprocess.run(
        [shutil.which("bash") or "", machine.checkout / "scripts" / "setup.sh"],
        env={"PATH": str(machine.programs), "HOME": str(machine.checkout)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 13
    assert "[not-debian]" in done.stderr
