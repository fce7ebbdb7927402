"""``make check`` is part of ``make test``."""

import subprocess

from mainline.config import PROJECT


def test_the_code_passes_every_check() -> None:
    done = subprocess.run(
        ["scripts/check.sh"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
