"""Prices and rules in the company's words, by class; another language in mid-menu."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from crm.customers.town import town
from ivr.check import Known, problems
from ivr.decision import Decision
from ivr.flows import FLOWS
from ivr.kinds import POLICIES, QUEUES
from ivr.menu import MenuTree
from ivr.phrases import load_phrases
from ivr.plan import Plans, install, pack_plan
from ivr.policies import Policies
from ivr.prompts.warm import wanted
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal.call_events import FlowFinished, MenuStarted
from tests.fakes.books import LI
from tests.ivr.walking import Stage

PACKS = PROJECT / "packs"
BYE, PERSON = Decision("hangup"), Decision("queue", "service")
SHOP = {"classes": ["commercial"], "text": {"zh": "商业三十二元。", "en": "Shops pay 32."}}
HOME = {"text": {"zh": "居民二十六元。", "en": "Homes pay 26."}}
TARIFF = {"id": "tariff", "title": {"zh": "价格", "en": "prices"}, "wordings": [HOME, SHOP]}
ONLY_SHOPS = {"id": "sign", "title": {"zh": "招牌", "en": "signs"}, "wordings": [SHOP]}
LATE = {
    "id": "late",
    "title": {"zh": "违约金", "en": "late fees"},
    "wordings": [{"text": {"zh": "千分之一。", "en": "A thousandth."}}],
}


def _policies(*topics: dict[str, Any]) -> Policies:
    return Policies.model_validate({"topics": topics})


def _tree(**more: Any) -> MenuTree:
    nodes = {
        "main": {"kind": "menu", "choices": [
            {"key": "1", "go": "serve",
             "text": {"zh": "价格请按1。", "en": "For prices, press 1."}},
            {"key": "0", "go": "agent",
             "text": {"zh": "人工请按0。", "en": "For a person, press 0."}},
        ], "offers_language": True},
        "serve": {"kind": "flow", "flow": "policy", "next": "bye"},
        "bye": {"kind": "hangup", "text": {"zh": "再见。", "en": "Goodbye."}},
        "agent": {"kind": "queue", "queue": "service"},
    }  # fmt: skip
    change = {"key": "#", "text": {"zh": "For English, press #.", "en": "中文服务请按#。"}}
    body = {"title": {"zh": "您好", "en": "hello"}, "start": "main", "person": "agent",
            "change_language": change, "nodes": nodes}  # fmt: skip
    return MenuTree.model_validate(body | more)


def _finished(stage: Stage) -> list[tuple[str, str]]:
    return [(one.result, one.detail) for one in stage.facts if isinstance(one, FlowFinished)]


async def test_a_topic_is_chosen_and_told_in_the_words_for_the_class() -> None:
    stage = Stage(["1", "1"], caller=replace(LI, customer_class="commercial"))
    stage.journey.policies = _policies(TARIFF, LATE)
    assert await stage.walk(_tree()) == BYE
    assert "价格，请按一。违约金，请按二。商业三十二元。" in stage.said
    assert _finished(stage) == [("done", "tariff")]


async def test_who_is_not_known_hears_what_holds_for_homes() -> None:
    stage = Stage(["1", "2"])
    stage.journey.policies = _policies(ONLY_SHOPS, TARIFF, LATE)
    assert await stage.walk(_tree()) == BYE
    assert "招牌" not in stage.said
    assert "千分之一。" in stage.said


async def test_the_only_topic_is_told_at_once() -> None:
    stage = Stage(["1"], caller=LI)
    stage.journey.policies = _policies(TARIFF)
    assert await stage.walk(_tree()) == BYE
    assert stage.call.asked == 1
    assert stage.said.endswith("居民二十六元。再见。")


@pytest.mark.parametrize("keys", [["1", "0"], ["1"], ["1", "7", "7"]])
async def test_who_chooses_no_topic_reaches_a_person(keys: list[str]) -> None:
    stage = Stage(keys, caller=LI)
    stage.journey.policies = _policies(TARIFF, LATE)
    assert await stage.walk(_tree()) == PERSON


async def test_without_topics_that_is_told() -> None:
    stage = Stage(["1"], caller=LI)
    assert await stage.walk(_tree()) == BYE
    assert "目前没有可以播报的内容" in stage.said


def test_a_topic_twice_or_two_wordings_for_a_class_are_mistakes() -> None:
    twice = LATE | {"wordings": [LATE["wordings"][0], LATE["wordings"][0]]}
    found = POLICIES.problems({"topics": [TARIFF, TARIFF, twice]})
    assert [(one.code, one.where) for one in found] == [
        ("topic-twice", "tariff"),
        ("topic-twice", "tariff"),
        ("class-twice", "late"),
    ]
    with pytest.raises(ValidationError):
        _policies(*[TARIFF] * 9)


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_a_packs_rules_are_whole_and_spoken_before_anybody_calls(pack: str) -> None:
    plan = pack_plan(PACKS / pack)
    assert POLICIES.check(plan.policies) == []
    spoken = {prompt.text for prompt in wanted(plan, load_phrases(PACKS / pack))}
    for customer_class in {one.customer_class for one in town(pack).customers}:
        topics = plan.policies.of(customer_class)
        assert len(topics) == len(plan.policies.topics) >= 3
        assert {text for _, words in topics for text in (words.zh, words.en)} <= spoken


async def test_a_new_version_counts_for_the_next_call(database: Database) -> None:
    async with database.unit_of_work() as session:
        await install(session, PACKS / "heat")
    plans = Plans(database, PACKS / "heat")
    assert len((await plans.current()).policies.topics) == 4
    async with database.unit_of_work() as session:
        body = {"topics": [LATE]}
        made = await definitions.draft(session, "policies", "company", body, author="test")
        await definitions.publish(session, "policies", "company", made.version, by="test")
    assert [one.id for one in (await plans.current()).policies.topics] == ["late"]


# --- another language in mid-menu ---------------------------------------------------------------


async def test_a_key_changes_the_language_in_mid_menu_and_back() -> None:
    stage = Stage(["#", "#", "#", "1"])
    stage.journey.policies = _policies(TARIFF)
    assert await stage.walk(_tree()) == BYE
    assert [one.language for one in stage.facts if isinstance(one, MenuStarted)] == [
        "zh", "en", "zh", "en",
    ]  # fmt: skip
    assert stage.path() == ["main", "main", "main", "main", "serve", "bye"]
    assert stage.call.language == "en"
    assert stage.call.heard[-2:] == ["Homes pay 26.", "Goodbye."]


async def test_each_language_is_offered_in_itself_to_who_is_new() -> None:
    stage = Stage(["#", "0"])
    await stage.walk(_tree())
    assert stage.call.heard[:3] == ["价格请按1。", "人工请按0。", "For English, press #."]
    assert stage.call.heard[3:6] == [
        "For prices, press 1.", "For a person, press 0.", "中文服务请按#。",
    ]  # fmt: skip


async def test_whose_language_is_known_is_not_offered_another_but_may_change() -> None:
    stage = Stage(["#", "0"], caller=LI)
    await stage.walk(_tree())
    assert stage.call.heard[:2] == ["价格请按1。", "人工请按0。"]
    assert "For English, press #." not in stage.call.heard
    assert stage.call.language == "en"


async def test_nobody_changes_the_language_for_ever() -> None:
    stage = Stage(["#"] * 500)
    assert await stage.walk(_tree()) == PERSON
    assert len(stage.call.keys) >= 400


async def test_where_no_key_changes_the_language_it_is_a_wrong_one() -> None:
    stage = Stage(["#", "0"])
    assert await stage.walk(_tree(change_language=None)) == PERSON
    assert "您的输入有误" in stage.said


def _found(tree: MenuTree) -> list[tuple[str, str]]:
    known = Known(flows=FLOWS, queues=QUEUES)
    return [(one.code, one.where) for one in problems(tree, known) if one.level == "error"]


def test_the_key_must_be_free_named_and_have_somewhere_to_lead() -> None:
    assert _found(_tree()) == []
    words = {"zh": "For English, press #.", "en": "中文服务请按#。"}
    assert ("language-key-taken", "main.1") in _found(
        _tree(change_language={"key": "1", "text": words})
    )
    assert ("key-not-said", "change_language") in _found(
        _tree(change_language={"key": "*", "text": words})
    )
    assert ("language-alone", "change_language") in _found(_tree(languages=["zh"]))


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_every_packs_menu_can_change_its_language(pack: str) -> None:
    tree = pack_plan(PACKS / pack).menus["main"].tree
    assert tree.change_language is not None
    assert tree.change_language.key == "#"
    assert _found(tree) == []
