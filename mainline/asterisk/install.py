"""Find an Asterisk that is new enough, or fill a private root with one, and say how to start it.

The private root is used without chroot: the programme is started through the root's own dynamic
loader, so paths mean the same inside and outside and no root rights are needed to run it.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mainline.config import Settings
from mainline.errors import MainlineError
from mainline.i18n import Text, _

OLDEST: Final = (22, 10)
SUITE: Final = "forky"
"""Debian's suite that carries such an Asterisk."""
PACKAGES: Final = (
    "asterisk",
    "asterisk-modules",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",
)
_FILL_LIMIT_S: Final = 900
_VERSION = re.compile(r"Asterisk (\d+)\.(\d+)")

Progress = Callable[[str], None]


class NoAsterisk(MainlineError):
    """There is no usable Asterisk and none could be fetched."""

    code = "no-asterisk"
    status = 503
    words = Text("No usable Asterisk: %(detail)s")


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk on this machine: how it is called and where its parts lie."""

    program: tuple[str, ...]
    modules: Path
    data: Path
    version: tuple[int, int]
    root: Path | None = None

    @property
    def moh(self) -> Path:
        """The packaged music on hold."""
        return self.data / "moh"

    @property
    def english(self) -> Path:
        """The packaged English voice."""
        named = self.data / "sounds" / "en_US_f_Allison"
        return named if named.is_dir() else self.data / "sounds" / "en"


def private_root(settings: Settings) -> Path:
    """Where the private Asterisk is, or will be."""
    return settings.asterisk_root or settings.cache / f"asterisk-{SUITE}"


def find(settings: Settings) -> Installation | None:
    """The host's own Asterisk if new enough, else the private root if it is there."""
    if settings.asterisk_root is None and (host := _on_host()) is not None:
        return host
    return _in_root(private_root(settings))


def installed(settings: Settings) -> Installation:
    """The Asterisk to use; refuses when there is none."""
    found = find(settings)
    if found is None:
        raise NoAsterisk(_("run `mainline up` to fetch one"))
    return found


def ensure(settings: Settings, say: Progress) -> Installation:
    """The Asterisk to use, fetched first if need be. Two instances may call it at once."""
    found = find(settings)
    if found is not None:
        return found
    root = private_root(settings)
    root.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(root.with_name(root.name + ".lock"), say):
        return find(settings) or _fill(root, say)


def asterisk_command(settings: Settings) -> list[str]:
    """The command that runs this instance's Asterisk in the foreground."""
    return [*_base(settings), "-f", "-n"]


def cli_command(settings: Settings, command: str) -> list[str]:
    """The command that has the running Asterisk carry out one line of its console."""
    if not command.isprintable():
        raise NoAsterisk(_("unprintable character in a console command"))
    return [*_base(settings), "-rx", command]


def _base(settings: Settings) -> list[str]:
    config = settings.asterisk_dir / "etc" / "asterisk.conf"
    return [*installed(settings).program, "-C", str(config)]


def _on_host() -> Installation | None:
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        return None
    version = _version((program,))
    modules = next(iter(sorted(Path("/usr/lib").glob("**/asterisk/modules"))), None)
    if version is None or version < OLDEST or modules is None:
        return None
    return Installation((program,), modules, _data_dir(Path("/")), version)


def _in_root(root: Path) -> Installation | None:
    loader = next(iter(sorted(root.glob("usr/lib*/ld-linux*.so.*"))), None)
    library = next(iter(sorted(root.glob("usr/lib/*-linux-gnu*"))), None)
    program = root / "usr/sbin/asterisk"
    if loader is None or library is None or not program.exists():
        return None
    words = (str(loader), "--library-path", str(library), str(program))
    version = _version(words)
    if version is None or version < OLDEST:
        return None
    return Installation(words, library / "asterisk/modules", _data_dir(root), version, root)


def _data_dir(root: Path) -> Path:
    places = (root / "usr/share/asterisk", root / "var/lib/asterisk")
    return next((place for place in places if (place / "sounds").is_dir()), places[0])


def _version(program: tuple[str, ...]) -> tuple[int, int] | None:
    try:
        done = subprocess.run(  # noqa: S603 - a path of our own
            [*program, "-V"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(done.stdout)
    return (int(match[1]), int(match[2])) if match else None


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


@contextmanager
def _only_one(lock: Path, say: Progress) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(_("Another instance is fetching Asterisk; waiting for it"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fill(root: Path, say: Progress) -> Installation:
    _need_tools(say)
    partial = root.with_name(f"{root.name}.partial-{os.getpid()}")
    say(_("Fetching Asterisk from Debian %(suite)s (about 30 s, 380 MB)", suite=SUITE))
    try:
        _mmdebstrap(partial, mirror())
        found = _in_root(partial)
        if found is None:
            raise NoAsterisk(_("Debian %(suite)s has no Asterisk new enough", suite=SUITE))
        partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    say(_("Asterisk %(version)s is in %(root)s", version=_dotted(found.version), root=root))
    return installed_in(root)


def installed_in(root: Path) -> Installation:
    """The Asterisk in that root; refuses when there is none."""
    found = _in_root(root)
    if found is None:
        raise NoAsterisk(_("%(root)s holds no Asterisk", root=root))
    return found


def _need_tools(say: Progress) -> None:
    if os.geteuid() != 0:
        raise NoAsterisk(
            _("fetching one needs root rights once; or install Asterisk 22.10 or newer yourself")
        )
    if shutil.which("mmdebstrap"):
        return
    say(_("Installing mmdebstrap"))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "mmdebstrap", "debian-archive-keyring"]
    _run(["apt-get", "update", "-qq"], environment, _("apt-get update failed; is there a network?"))
    _run(command, environment, _("mmdebstrap could not be installed; is there a network?"))


def mirror() -> str:
    """The Debian mirror that this machine's apt uses."""
    wanted = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(CODENAME)"]
    try:
        listing = subprocess.run(  # noqa: S603 - fixed words
            wanted, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise NoAsterisk(_("this machine has no apt; install Asterisk 22.10 or newer")) from failure
    uris = [
        line.split(" ", 1)[0]
        for line in listing.stdout.splitlines()
        if " Debian " in f"{line} " and "security" not in line
    ]
    found = next(iter(uris), "") or _mirror_from_sources()
    if not found:
        raise NoAsterisk(_("apt knows no Debian mirror; install Asterisk 22.10 or newer"))
    return found


def _mirror_from_sources() -> str:
    """Before the first `apt-get update` apt has no index to ask; read its list of sources."""
    folder = Path("/etc/apt")
    for path in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]:
        text = path.read_text("utf-8", "replace") if path.is_file() else ""
        for uri in re.findall(
            r"^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+/debian/?)(?:\s|$)", text, re.MULTILINE
        ):
            return str(uri)
    return ""


def _mmdebstrap(target: Path, uri: str) -> None:
    command = [
        "mmdebstrap",
        "--quiet",
        "--variant=apt",
        f"--include={','.join(PACKAGES)}",
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Check-Valid-Until "false"',
        SUITE,
        str(target),
        uri,
    ]
    _run(
        command,
        dict(os.environ),
        _("Debian %(suite)s could not be fetched; is there a network?", suite=SUITE),
    )


def _run(command: list[str], environment: dict[str, str], complaint: str) -> None:
    try:
        subprocess.run(  # noqa: S603 - commands of this module
            command,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=_FILL_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise NoAsterisk(f"{complaint} ({failure})") from failure
    except subprocess.CalledProcessError as failure:
        last = (failure.stderr or "").strip().splitlines()[-1:]
        raise NoAsterisk(f"{complaint} ({' '.join(last)})") from failure
