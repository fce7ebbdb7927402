"""Keys that the company gives to faults are the keys that callers press."""

from ivr.flows.fault import keyed
from ivr.phrases import FaultKind
from mainline.text import LocalizedText

KINDS = [
    FaultKind(id=name, text=LocalizedText(zh=name, en=name)) for name in ("leak", "noise", "cold")
]


def keys(own: dict[str, str]) -> dict[str, str]:
    return {key: kind.id for key, kind in keyed(KINDS, own).items()}


def test_without_keys_of_their_own_faults_follow_in_their_order() -> None:
    assert keys({}) == {"1": "leak", "2": "noise", "3": "cold"}


def test_a_key_that_is_given_counts_and_the_others_fill_what_is_free() -> None:
    assert keys({"cold": "1", "leak": "7"}) == {"1": "cold", "2": "noise", "7": "leak"}


def test_a_key_given_twice_loses_no_fault() -> None:
    assert keys({"leak": "2", "cold": "2"}) == {"1": "noise", "2": "leak", "3": "cold"}
