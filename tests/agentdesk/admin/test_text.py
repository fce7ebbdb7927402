import pytest

from agentdesk.admin.text import difference, from_text, to_text
from mainline.errors import Invalid


def test_what_is_shown_can_be_read_back():
    body = {"title": {"zh": "供热", "en": "Heat"}, "keys": ["1", "0"], "at": "08:30"}
    assert from_text(to_text(body)) == body
    assert "供热" in to_text(body)


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: &x 1\nb: *x", "!!python/object/apply:os.system ['true']", "[" * 3000, "a: \x00"],
)
def test_what_is_not_plain_data_is_refused(text: str):
    with pytest.raises(Invalid):
        from_text(text)


def test_the_line_of_a_mistake_is_told():
    with pytest.raises(Invalid, match="line 3"):
        from_text("a: 1\nb: 2\nc: ]\n")


def test_difference_names_the_lines_that_changed():
    changed = difference({"a": 1, "b": 2}, {"a": 1, "b": 3})
    assert "-b: 2" in changed
    assert "+b: 3" in changed
    assert "-a: 1" not in changed


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("from: 2026-12-31", {"from": "2026-12-31"}),
        ("2026-01-01: 0001-01-01T00:00:00+14:00", {"2026-01-01": "0001-01-01T00:00:00+14:00"}),
        ("!!binary aGk=", "aGk="),
        ("!!set {a, b}", {"a": None, "b": None}),
    ],
)
def test_what_cannot_be_kept_is_read_as_it_was_written(text: str, body: object) -> None:
    assert from_text(text) == body
    assert from_text(to_text(body)) == body
