"""The scenarios themselves: enough of them, and every sentence means something."""

from tests.calls import steps
from tests.calls.scenario import all_scenarios


def test_there_are_enough_scenarios_and_each_names_its_journal() -> None:
    scenarios = all_scenarios()
    assert len(scenarios) >= 25
    assert all(scenario.journal for scenario in scenarios)


def test_every_sentence_of_every_scenario_is_known() -> None:
    for scenario in all_scenarios():
        for step in scenario.steps:
            steps.find(step)


def test_every_person_in_a_journal_is_a_caller() -> None:
    for scenario in all_scenarios():
        named = {*scenario.journal, *scenario.calls, *scenario.recordings, *scenario.never}
        assert named <= set(scenario.callers), scenario.name
