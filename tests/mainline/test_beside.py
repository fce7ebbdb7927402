"""A second instance beside the first: nothing of it is shared but the sounds."""

from collections.abc import Callable
from pathlib import Path

from mainline.config import Settings
from mainline.process import beside
from mainline.process.beside import PORTS, settings_beside
from mainline.process.ports import Wanted, is_free


def test_it_has_a_folder_ports_and_database_of_its_own(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    first = make_settings(database_url="postgresql+asyncpg://company", demo=False, wrapup_s=33)
    own = settings_beside(first, tmp_path / "own")
    assert own.database == f"sqlite+aiosqlite:///{tmp_path / 'own' / 'mainline.db'}"
    assert own.demo
    assert (own.pack, own.wrapup_s) == (first.pack, 33)
    ports = [getattr(own, name) for name in PORTS]
    assert len(set(ports)) == len(PORTS)
    assert not set(ports) & {getattr(first, name) for name in PORTS}
    assert own.rtp_port_start > first.rtp_port_end
    assert own.rtp_port_end - own.rtp_port_start == first.rtp_port_end - first.rtp_port_start


def test_nobody_outside_reaches_it_or_is_rung_by_it(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    first = make_settings(
        host="0.0.0.0", sip_host="0.0.0.0", trunk_contact="10.0.0.1:5060", https=True
    )
    own = settings_beside(first, tmp_path)
    assert (own.host, own.sip_host) == ("127.0.0.1", "127.0.0.1")
    assert own.trunk == "127.0.0.1:9"
    assert not own.https


def test_a_taken_port_is_passed_over(settings: Settings) -> None:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        taken = listening.getsockname()[1]
        listening.listen()
        before = settings.model_copy(update={"http_port": taken - 1})
        found = beside.ports_beside(before)["http_port"]
    assert found > taken
    assert is_free(Wanted("http_port", "tcp", "127.0.0.1", found))


def test_sounds_made_already_are_not_made_again(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    (there / "cache").mkdir(parents=True)
    (there / "cache" / "a.wav").write_bytes(b"sound")
    beside._take_sounds(there, here)
    assert (here / "cache" / "a.wav").read_bytes() == b"sound"
    beside._take_sounds(tmp_path / "none", tmp_path / "still-none")
    assert not (tmp_path / "still-none").exists()
