"""Finding an Asterisk, and fetching one once."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mainline.asterisk import install
from mainline.asterisk.install import Installation, NoAsterisk
from mainline.config import Settings


@pytest.fixture
def bare(make_settings: Callable[..., Settings], tmp_path: Path) -> Settings:
    """Settings with an empty cache and a root that is not there yet."""
    return make_settings(cache=tmp_path / "cache", asterisk_root=tmp_path / "cache" / "root")


def fake_root(root: Path, version: str) -> None:
    """A root whose loader, called with --library-path, prints a version."""
    (root / "usr/lib64").mkdir(parents=True)
    (root / "usr/lib/x86_64-linux-gnu/asterisk/modules").mkdir(parents=True)
    (root / "usr/share/asterisk/sounds").mkdir(parents=True)
    (root / "usr/sbin").mkdir()
    (root / "usr/sbin/asterisk").touch()
    loader = root / "usr/lib64/ld-linux-x86-64.so.2"
    loader.write_text(f"#!/bin/sh\necho 'Asterisk {version}+dfsg'\n")
    loader.chmod(0o755)


def test_nothing_is_found_in_an_empty_cache(bare: Settings) -> None:
    assert install.find(bare) is None
    with pytest.raises(NoAsterisk):
        install.asterisk_command(bare)


def test_a_private_root_is_started_through_its_own_loader(bare: Settings) -> None:
    root = install.private_root(bare)
    fake_root(root, "22.10.1")
    command = install.asterisk_command(bare)
    assert command[0] == str(root / "usr/lib64/ld-linux-x86-64.so.2")
    assert command[1:3] == ["--library-path", str(root / "usr/lib/x86_64-linux-gnu")]
    assert command[-4:] == ["-C", str(bare.asterisk_dir / "etc/asterisk.conf"), "-f", "-n"]


@pytest.mark.parametrize(
    ("version", "usable"),
    [("22.9.3", False), ("20.11.0", False), ("22.10.0", True), ("23.1", True)],
)
def test_only_22_10_or_newer_is_used(bare: Settings, version: str, usable: bool) -> None:
    fake_root(install.private_root(bare), version)
    assert (install.find(bare) is not None) == usable


def test_without_root_rights_it_says_what_to_do(
    bare: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(NoAsterisk) as refusal:
        install.ensure(bare, lambda _: None)
    assert "root 权限" in refusal.value.words.to("zh_CN", **refusal.value.values)


def test_a_failed_fetch_leaves_nothing_behind(
    bare: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(target: Path, uri: str) -> None:
        target.mkdir()
        raise NoAsterisk("no network")

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(install, "_need_tools", lambda _: None)
    monkeypatch.setattr(install, "_mmdebstrap", fail)
    monkeypatch.setattr(install, "mirror", lambda: "http://mirror.invalid/debian")
    with pytest.raises(NoAsterisk):
        install.ensure(bare, lambda _: None)
    assert [path.name for path in bare.cache.iterdir()] == ["root.lock"]


@pytest.mark.usefixtures("english")
def test_a_second_instance_does_not_fetch_again(
    bare: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    def fetch(target: Path, uri: str) -> None:
        fetched.append(uri)
        fake_root(target, "22.10.1")

    monkeypatch.setattr(install, "_need_tools", lambda _: None)
    monkeypatch.setattr(install, "_mmdebstrap", fetch)
    monkeypatch.setattr(install, "mirror", lambda: "http://mirror.invalid/debian")
    said: list[str] = []
    first = install.ensure(bare, said.append)
    second = install.ensure(bare, said.append)
    assert isinstance(first, Installation)
    assert first == second
    assert fetched == ["http://mirror.invalid/debian"]
    assert said[-1] == f"Asterisk 22.10 is in {bare.asterisk_root}"


def test_the_mirror_is_the_one_that_apt_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = (
        "http://security.invalid/debian-security/ Debian bookworm-security\n"
        "http://other.invalid/ nodesource nodistro\n"
        "http://mirror.invalid/debian/ Debian bookworm\n"
    )

    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, stdout=listing, stderr="")

    monkeypatch.setattr("subprocess.run", answer)
    assert install.mirror() == "http://mirror.invalid/debian/"


def test_a_console_command_cannot_carry_a_second_one(bare: Settings) -> None:
    fake_root(install.private_root(bare), "22.10.1")
    with pytest.raises(NoAsterisk):
        install.cli_command(bare, "core show uptime\ncore stop now")
