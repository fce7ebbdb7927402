"""``make check`` is part of ``make test``."""

import subprocess

import pytest

from mainline.config import PROJECT


@pytest.mark.timeout(900)
def test_the_code_passes_every_check() -> None:
    done = subprocess.run(
        ["scripts/check.sh"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
