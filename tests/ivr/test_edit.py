"""Editing a menu step by step: every step gives a menu, and leaves the one before as it was."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ivr.edit import ACT, KINDS, blank, edited
from ivr.edit.acts import Act
from ivr.edit.nodes import WAYS, EditRefused, NameTaken, Needed, NoSuchNode
from ivr.menu import MenuTree
from mainline.config import PROJECT
from mainline.errors import MainlineError
from tests.ivr.trees import NAMES, TEXT, menus

HEAT = yaml.safe_load((PROJECT / "packs/heat/menus/main.yaml").read_text("utf-8"))
SMALL: dict[str, Any] = {
    "title": TEXT,
    "start": "hello",
    "person": "agent",
    "nodes": {
        "hello": {"kind": "say", "text": TEXT, "next": "main"},
        "main": {
            "kind": "menu",
            "choices": [
                {"key": "1", "text": TEXT, "go": "news"},
                {"key": "2", "text": TEXT, "go": "bye"},
                {"key": "0", "text": TEXT, "go": "agent"},
            ],
            "otherwise": "bye",
        },
        "news": {"kind": "say", "text": TEXT, "next": "bye"},
        "bye": {"kind": "hangup"},
        "agent": {"kind": "queue", "queue": "service"},
    },
}


def after(*acts: dict[str, Any], body: dict[str, Any] = SMALL) -> dict[str, Any]:
    for act in acts:
        body = edited(body, ACT.validate_python(act))
    return body


def main_of(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(choice["key"], choice["go"]) for choice in body["nodes"]["main"]["choices"]]


def test_words_are_changed_in_one_language_and_the_other_stays() -> None:
    act = {"do": "words", "node": "hello", "field": "text", "language": "zh", "words": "早上好"}
    assert after(act)["nodes"]["hello"]["text"] == {"zh": "早上好", "en": "hello"}
    assert SMALL["nodes"]["hello"]["text"] == TEXT


def test_the_words_of_a_key_are_changed() -> None:
    act = {"do": "words", "node": "main", "field": "2", "language": "en", "words": "Bye: press 2."}
    assert after(act)["nodes"]["main"]["choices"][1]["text"]["en"] == "Bye: press 2."


def test_words_that_nobody_says_any_more_are_left_out() -> None:
    silent = [
        {"do": "words", "node": "bye", "field": "text", "language": "zh", "words": "再见"},
        {"do": "words", "node": "bye", "field": "text", "language": "zh", "words": ""},
    ]
    assert after(*silent) == SMALL


def test_a_property_is_set_and_given_back_its_usual_value() -> None:
    put = {"do": "put", "node": "main", "field": "attempts", "value": 2}
    assert after(put)["nodes"]["main"]["attempts"] == 2
    assert after(put, {**put, "value": None}) == SMALL


@pytest.mark.parametrize(("field", "value"), [("attempts", 99), ("queue", "service")])
def test_what_would_be_no_menu_any_more_is_refused(field: str, value: Any) -> None:
    with pytest.raises(EditRefused, match=field):
        after({"do": "put", "node": "main", "field": field, "value": value})


def test_a_way_is_led_elsewhere_and_a_new_key_is_offered_with_its_words() -> None:
    connect = {"do": "connect", "node": "main", "how": "1", "to": "bye"}
    assert main_of(after(connect)) == [("1", "bye"), ("2", "bye"), ("0", "agent")]
    new = after({**connect, "how": "7"})["nodes"]["main"]["choices"][-1]
    assert new == {"key": "7", "text": {"zh": "请按7。", "en": "Press 7."}, "go": "bye"}


def test_a_way_cannot_lead_nowhere() -> None:
    with pytest.raises(NoSuchNode):
        after({"do": "connect", "node": "hello", "how": "next", "to": "nowhere"})


def test_keys_are_taken_away_moved_and_renumbered() -> None:
    cut = {"do": "cut", "node": "main", "how": "1"}
    assert main_of(after(cut)) == [("2", "bye"), ("0", "agent")]
    first = {"do": "order", "node": "main", "key": "2", "by": -1}
    assert main_of(after(first)) == [("2", "bye"), ("1", "news"), ("0", "agent")]
    rekeyed = {"do": "rekey", "node": "main", "key": "1", "to": "9"}
    assert main_of(after(rekeyed)) == [("9", "news"), ("2", "bye"), ("0", "agent")]
    with pytest.raises(EditRefused, match="twice"):
        after({**rekeyed, "to": "2"})


def test_the_way_for_the_lost_may_be_cut_and_the_way_on_may_not() -> None:
    assert (
        "otherwise" not in after({"do": "cut", "node": "main", "how": "otherwise"})["nodes"]["main"]
    )
    with pytest.raises(EditRefused, match="next"):
        after({"do": "cut", "node": "hello", "how": "next"})


def test_a_new_node_is_put_into_the_way() -> None:
    added = after({"do": "add", "kind": "say", "name": "notice", "node": "hello", "how": "next"})
    assert added["nodes"]["hello"]["next"] == "notice"
    assert added["nodes"]["notice"]["next"] == "main"


def test_a_new_node_may_hang_on_a_new_key() -> None:
    added = after({"do": "add", "kind": "message", "name": "box", "node": "main", "how": "5"})
    assert main_of(added)[-1] == ("5", "box")
    assert added["nodes"]["box"] == {"kind": "message"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_node_of_every_kind_is_whole(kind: str) -> None:
    added = after({"do": "add", "kind": kind, "name": "x", "node": "hello", "how": "next"})
    assert MenuTree.model_validate(added).nodes["x"].kind == kind


def test_a_name_is_given_once() -> None:
    with pytest.raises(NameTaken):
        after({"do": "add", "kind": "say", "name": "main"})
    with pytest.raises(NameTaken):
        after({"do": "rename", "node": "news", "to": "bye"})


def test_a_new_name_is_known_to_all_who_lead_there() -> None:
    renamed = after(
        {"do": "rename", "node": "bye", "to": "end"},
        {"do": "rename", "node": "agent", "to": "human"},
        {"do": "rename", "node": "hello", "to": "welcome"},
    )
    assert list(renamed["nodes"]) == ["welcome", "main", "news", "end", "human"]
    assert main_of(renamed) == [("1", "news"), ("2", "end"), ("0", "human")]
    assert (renamed["start"], renamed["person"]) == ("welcome", "human")
    assert renamed["nodes"]["main"]["otherwise"] == renamed["nodes"]["news"]["next"] == "end"


def test_who_came_to_a_node_that_goes_is_led_on() -> None:
    assert main_of(after({"do": "remove", "node": "news"}))[0] == ("1", "bye")


def test_keys_to_an_end_that_goes_are_offered_no_more_and_the_rest_goes_to_the_person() -> None:
    removed = after({"do": "remove", "node": "bye"})
    assert main_of(removed) == [("1", "news"), ("0", "agent")]
    assert "otherwise" not in removed["nodes"]["main"]
    assert removed["nodes"]["news"]["next"] == "agent"


@pytest.mark.parametrize("name", ["hello", "agent"])
def test_start_and_person_cannot_be_removed(name: str) -> None:
    with pytest.raises(Needed):
        after({"do": "remove", "node": name})


def test_another_node_becomes_the_start() -> None:
    moved = after(
        {"do": "role", "role": "start", "node": "main"}, {"do": "remove", "node": "hello"}
    )
    assert moved["start"] == "main"
    assert "hello" not in moved["nodes"]


def test_a_node_of_another_kind_keeps_what_both_kinds_know() -> None:
    menu = after({"do": "turn", "node": "news", "kind": "menu"})["nodes"]["news"]
    assert menu["text"] == TEXT
    assert [choice["key"] for choice in menu["choices"]] == ["0"]
    say = after({"do": "turn", "node": "main", "kind": "say"})["nodes"]["main"]
    assert say == {"kind": "say", "text": {"zh": "", "en": ""}, "next": "agent"}


def test_the_smallest_menu_is_one() -> None:
    tree = MenuTree.model_validate(blank("winter"))
    assert (tree.start, tree.person) == ("hello", "agent")


# --- any acts on any tree ---------------------------------------------------------------------

_names = st.sampled_from([*NAMES, "person", "new", "Bad name"])
_hows = st.sampled_from([*WAYS, "0", "1", "5", "*", "nonsense"])
_kinds = st.sampled_from(sorted(KINDS))
_values = st.none() | st.integers(-1, 40) | st.sampled_from(["service", "x", True, {"1": "zh"}])
_acts = st.one_of(
    st.fixed_dictionaries({"do": st.just("add"), "kind": _kinds, "name": _names,
                           "node": st.none() | _names, "how": _hows}),
    st.fixed_dictionaries({"do": st.just("remove"), "node": _names}),
    st.fixed_dictionaries({"do": st.just("rename"), "node": _names, "to": _names}),
    st.fixed_dictionaries({"do": st.just("turn"), "node": _names, "kind": _kinds}),
    st.fixed_dictionaries({"do": st.just("connect"), "node": _names, "how": _hows, "to": _names}),
    st.fixed_dictionaries({"do": st.just("cut"), "node": _names, "how": _hows}),
    st.fixed_dictionaries({"do": st.just("rekey"), "node": _names, "key": _hows, "to": _hows}),
    st.fixed_dictionaries({"do": st.just("order"), "node": _names, "key": _hows,
                           "by": st.sampled_from([-1, 1])}),
    st.fixed_dictionaries({"do": st.just("role"), "node": _names,
                           "role": st.sampled_from(["start", "person"])}),
    st.fixed_dictionaries({"do": st.just("words"), "node": _names, "language": st.just("zh"),
                           "field": st.sampled_from(["text", "wrong", "1", "0"]),
                           "words": st.sampled_from(["", "您好"])}),
    st.fixed_dictionaries({"do": st.just("put"), "node": _names, "value": _values,
                           "field": st.sampled_from(["attempts", "queue", "keys", "private"])}),
)  # fmt: skip


def _act(plain: dict[str, Any]) -> Act | None:
    try:
        return ACT.validate_python(plain)
    except ValueError:
        return None


@given(menus(), st.lists(_acts, max_size=12))
def test_whatever_is_done_it_stays_a_menu_and_every_step_back_is_exact(
    body: dict[str, Any], steps: list[dict[str, Any]]
) -> None:
    past: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for act in filter(None, map(_act, steps)):
        past.append((body, deepcopy(body)))
        try:
            body = edited(body, act)
        except MainlineError:
            continue
        tree = MenuTree.model_validate(body)
        assert tree.start in tree.nodes
        assert tree.person in tree.nodes
    assert all(kept == copied for kept, copied in past)


@given(st.sampled_from(sorted(HEAT["nodes"])))
def test_after_any_node_of_the_heating_menu_goes_no_way_leads_nowhere(name: str) -> None:
    if name in {HEAT["start"], HEAT["person"]}:
        return
    left = after({"do": "remove", "node": name}, body=HEAT)
    assert name not in left["nodes"]
    for node in left["nodes"].values():
        targets = [node.get(way) for way in WAYS] + [c["go"] for c in node.get("choices", ())]
        assert {target for target in targets if target} <= left["nodes"].keys()
