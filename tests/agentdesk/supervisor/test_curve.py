from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agentdesk.supervisor.curve import Entered, curve

START = datetime(2026, 11, 22, 16, tzinfo=UTC)

visits = st.lists(
    st.tuples(
        st.floats(0, 86_399).map(lambda after: START + timedelta(seconds=after)),
        st.sampled_from([None, "answered", "abandoned", "timeout", "offered?"]),
    )
)


@given(visits)
def test_the_curve_holds_every_caller_of_the_day_once(found: list[Entered]):
    drawn = curve(found, START, START + timedelta(hours=24))
    assert sum(drawn["offered"]) == len(found)
    for how in ("answered", "abandoned"):
        assert sum(drawn[how]) == sum(ended == how for _at, ended in found)


def test_the_curve_ends_now_and_leaves_out_other_days():
    found: list[Entered] = [
        (START + timedelta(seconds=1000), "answered"),
        (START - timedelta(seconds=1), "answered"),
        (START + timedelta(hours=9), None),
    ]
    assert curve(found, START, START + timedelta(seconds=1801)) == {
        "offered": [0, 1, 0],
        "answered": [0, 1, 0],
        "abandoned": [0, 0, 0],
    }
