"""Callers laid on a menu, and what differs between two versions of it."""

from ivr.compare import Change, changes
from ivr.draw import Look, draw_svg
from ivr.menu import MenuTree
from ivr.traffic import Passage, traffic
from tests.ivr.test_edit import SMALL, after

TREE = MenuTree.model_validate(SMALL)


def test_each_passage_is_counted_at_its_way() -> None:
    went = traffic(
        TREE,
        [
            Passage("hello", "", "main", False, 10),
            Passage("main", "1", "news", False, 4),
            Passage("main", "2", "bye", False, 3),
            Passage("main", "9", "bye", False, 1),
            Passage("main", "", None, True, 2),
            Passage("bye", "", None, True, 4),
        ],
    )
    assert went.visits == {"hello": 10, "main": 10, "bye": 4}
    assert went.taken == {
        ("hello", "next"): 10,
        ("main", "1"): 4,
        ("main", "2"): 3,
        ("main", "otherwise"): 1,
    }
    assert went.gave_up == {"main": 2}
    assert went.elsewhere == {}
    assert went.most == 10


def test_ways_and_nodes_of_another_version_are_told_apart() -> None:
    went = traffic(
        TREE, [Passage("main", "7", "old", False, 2), Passage("old", "", "bye", False, 2)]
    )
    assert went.taken == {}
    assert went.elsewhere == {("main", "old"): 2, ("old", "bye"): 2}


def test_the_drawing_shows_numbers_and_width() -> None:
    went = traffic(TREE, [Passage("hello", "", "main", False, 8), Passage("main", "1", "news",
                   False, 4), Passage("main", "", None, True, 3)])  # fmt: skip
    drawn = draw_svg(TREE, "en", Look(traffic=went))
    assert 'stroke-width="9.8"' in drawn
    assert 'stroke-width="5.3"' in drawn
    assert ">✕ 3</text>" in drawn
    assert "stroke-width" not in draw_svg(TREE, "en")


def test_the_drawing_marks_mistakes_and_can_be_chosen_from() -> None:
    drawn = draw_svg(TREE, "en", Look({"news": "error"}, choosing=True))
    assert 'class="menu-node menu-node-say menu-error" role="option"' in drawn
    assert drawn.count('role="option"') == len(TREE.nodes)
    assert 'role="img"' not in drawn


def test_changes_are_told_node_by_node() -> None:
    changed = after(
        {"do": "remove", "node": "news"},
        {"do": "add", "kind": "hangup", "name": "end"},
        {"do": "words", "node": "hello", "field": "text", "language": "en", "words": "Good day"},
        {"do": "title", "language": "en", "words": "Winter"},
    )
    assert changes(SMALL, changed) == [
        Change("*", "changed", ("title",)),
        Change("hello", "changed", ("text",)),
        Change("main", "changed", ("choices",)),
        Change("end", "added"),
        Change("news", "removed"),
    ]
    assert changes(SMALL, SMALL) == []
