"""Asterisk's files are made from what the company says."""

import pytest

from agi.prepare import plain


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("王 小明", "王 小明"),
        ("Anne-Marie O'Neil", "Anne-Marie O Neil"),
        ('x"]\n[evil]\nexten => s,1,System(rm)', "x evil exten s 1 System rm"),
        ("${SHELL(id)};", "SHELL id"),
        ("名" * 80, "名" * 64),
        ("", ""),
    ],
)
def test_a_strange_name_is_made_harmless(name: str, kept: str) -> None:
    assert plain(name) == kept
