"""What somebody hears whom the machine calls, and what each key does."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm.campaigns import pacing
from crm.campaigns import script as scripts
from crm.campaigns.script import Script
from crm.outages.models import Outage
from ivr import outgoing
from ivr.decision import Decision
from ivr.outgoing import NothingToSay, OutgoingDeps, handle_outgoing, message
from ivr.phrases import load_phrases
from ivr.talk import Talk
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import Event
from mainline.text import LocalizedText
from tests.fakes.call import FakeCall
from tests.fakes.voice import FakeVoice
from tests.ivr.walking import HEAT
from tests.support.clock import StandingClock

REMINDER = Script("reminder", "billing", None, account_number="2100101", owed_fen=100250)
LEADS = replace(REMINDER, leads=True)
SORRY = "非常抱歉，现在坐席全忙，我们会尽快给您回电，再见。"
NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HOME = Script("home", "service", None, visit_from=NINE, visit_until=NINE.replace(hour=3))


class Notes:
    def __init__(self) -> None:
        self.facts: list[Event] = []

    def note(self, event: Event) -> None:
        self.facts.append(event)

    async def close(self) -> None:
        return


async def called(
    found: Script | None,
    keys: list[str],
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    *,
    free: int = 1,
) -> tuple[FakeCall, Decision, list[str]]:
    async def script(*_: object) -> Script | None:
        return found

    async def free_agents(*_: object) -> int:
        return free

    monkeypatch.setattr(scripts, "script", script)
    monkeypatch.setattr(pacing, "free_agents", free_agents)
    call, notes = FakeCall(keys), Notes()
    deps = OutgoingDeps(database, Settings(), FakeVoice(), load_phrases(HEAT), lambda: notes)
    decision = await handle_outgoing(call, deps)
    return call, decision, [fact.result for fact in notes.facts]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("found", "keys", "free", "action", "results", "last"),
    [
        (REMINDER, ["1"], 1, "hangup", ["heard"], "感谢您的接听，再见。"),
        (REMINDER, ["9"], 1, "hangup", ["never"], "好的，我们不会再给您拨打此类电话，再见。"),
        (REMINDER, ["2", "1"], 1, "hangup", ["heard"], "感谢您的接听，再见。"),
        (REMINDER, [], 1, "hangup", [], "打扰您了，再见。"),
        (REMINDER, ["5", "5"], 1, "hangup", [], "打扰您了，再见。"),
        (REMINDER, ["0"], 0, "hangup", ["callback"], SORRY),
        (LEADS, ["9"], 1, "hangup", ["never"], "好的，我们不会再给您拨打此类电话，再见。"),
        (LEADS, [], 0, "hangup", ["callback"], SORRY),
        (HOME, ["1"], 1, "hangup", ["at_home"], "好的，我们会按时上门，再见。"),
        (HOME, ["2"], 1, "hangup", ["other_time"], "好的，我们会与您另约时间，再见。"),
    ],
)  # fmt: skip
async def test_each_key_has_its_result_and_nobody_is_left_without_a_word(
    found: Script, keys: list[str], free: int, action: str, results: list[str], last: str,
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database,
) -> None:  # fmt: skip
    call, decision, told = await called(found, keys, monkeypatch, sqlite_database, free=free)
    assert (decision.action, told, call.heard[-1]) == (action, results, last)
    assert call.asked <= 2


@pytest.mark.parametrize("own", [None, LocalizedText(zh="幸福小区停热。", en="No heat.")])
async def test_of_an_outage_that_ended_while_it_rang_no_false_news_is_told(
    own: LocalizedText | None, monkeypatch: pytest.MonkeyPatch, sqlite_database: Database
) -> None:
    outage = Outage(kind="fault", text_zh="幸福小区停热。", text_en="No heat.", began_at=NINE)
    over = Script("outage", "service", None, leads=True, text=own, outage=outage, over=True)
    call, decision, told = await called(over, ["1"], monkeypatch, sqlite_database)
    assert (decision.action, told, call.asked) == ("hangup", [], 0)
    assert "停供已经结束" in call.heard[-1]
    assert "幸福小区停热" not in "".join(call.heard)


async def test_zero_leads_to_a_person_of_the_campaigns_queue(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database
) -> None:
    _call, decision, told = await called(REMINDER, ["0"], monkeypatch, sqlite_database)
    assert (decision.action, decision.queue, told) == ("queue", "billing", ["person"])


@pytest.mark.parametrize("keys", [[], ["1"], ["0"]])
async def test_a_campaign_that_leads_to_agents_leads_everybody_after_one_message(
    keys: list[str], monkeypatch: pytest.MonkeyPatch, sqlite_database: Database
) -> None:
    call, decision, told = await called(LEADS, keys, monkeypatch, sqlite_database)
    assert (decision.action, decision.queue, told) == ("queue", "billing", ["person"])
    assert call.asked == 1
    assert "现在为您接通坐席，请稍候。" in "".join(call.heard)
    assert "一千零二元五角" in "".join(call.heard)


async def test_a_call_of_which_the_books_know_nothing_is_left_to_the_plain_apology(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database
) -> None:
    with pytest.raises(NothingToSay):
        await called(None, ["1"], monkeypatch, sqlite_database)


def words(found: Script, language: str = "zh") -> str:
    talk = Talk(FakeCall(), FakeVoice(), load_phrases(HEAT), "en" if language == "en" else "zh")
    return ("" if language == "zh" else " ").join(message(talk, found, Settings()))


@pytest.mark.parametrize(("language", "told"), [("zh", "通话将被录音"), ("en", "be recorded")])
def test_whom_the_machine_calls_hears_first_that_it_is_recorded(language: str, told: str) -> None:
    own = LocalizedText(zh="请注意用热安全。", en="Mind your safety.")
    for found in (REMINDER, LEADS, HOME, replace(REMINDER, text=own)):
        assert told in words(found, language)[:90]


def test_money_dates_and_times_are_spoken_right_in_both_languages(clock: StandingClock) -> None:
    assert "尾号零幺零幺的户号有逾期未缴的费用一千零二元五角" in words(REMINDER).replace(
        "一零一", "幺零幺"
    )
    assert "one thousand two yuan and fifty fen overdue" in words(REMINDER, "en")
    assert "计划明天上午九点至上午十一点上门" in words(HOME)
    assert "visit you tomorrow , between nine a.m." in words(HOME, "en")


def test_an_outage_is_told_in_the_companys_words_with_its_end(clock: StandingClock) -> None:
    outage = Outage(
        kind="planned", text_zh="幸福小区停热。", text_en="No heat in Xingfu.", began_at=NINE,
        expected_end_at=NINE.replace(hour=10),
    )  # fmt: skip
    told = words(Script("outage", "service", None, outage=outage))
    assert "幸福小区停热。" in told
    assert "预计明天晚上六点恢复" in told


def test_the_campaigns_own_text_goes_before_the_house_phrase() -> None:
    own = LocalizedText(zh="请注意用热安全。", en="Mind your safety.")
    assert words(Script("reminder", "service", None, text=own)).endswith("请注意用热安全。")
    assert outgoing.ATTEMPTS == 2
