"""Hand-made questions and the article that has to stand first."""

from datetime import datetime

import pytest

from crm.knowledge import past, prepare, reports, segment, service
from crm.knowledge.highlight import Piece, pieces, snippet
from crm.knowledge.kinds import KnowledgeWords, problems
from crm.knowledge.ranking import Group, Posting, rank
from crm.knowledge.search import search
from crm.knowledge.segment import near, sounds
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.crm.knowledge.conftest import LI, ZHANG, draft, published
from tests.support.clock import StandingClock

HEAT = {
    "暖气漏水": "暖气漏水应急处理",
    "暖汽漏水": "暖气漏水应急处理",
    "测温退费": "低温退费标准",
    "测文退费": "低温退费标准",
    "退钱": "低温退费标准",
    "Refunds": "低温退费标准",
    "抱停手续": "报停手续办理",
    "baoting": "报停手续办理",
    "suspention": "报停手续办理",
    "我想恢复供热": "恢复供热办理",
    "复热": "恢复供热办理",
    "放气": "供暖不热自查与放气方法",
    "radiator cold": "供暖不热自查与放气方法",
    "电子发飘": "电子发票开具",
    "营业厅几点关门": "营业厅地址与营业时间",
    "ｏｐｅｎｉｎｇ　ｈｏｕｒｓ": "营业厅地址与营业时间",
    "供热期什么时候结束": "供热期时间与延长供热",
    "滞纳金怎么算": "热费缴费方式与期限",
    "房产证过户": "过户更名手续",
    "12345": "投诉受理与回访时限",
}
IN_VAIN = ("太阳能热水器怎么装", "宠物保险", "13800138000", "的了吗", "?!", "%_'\";--")


async def first(database: Database, question: str) -> str:
    async with database.unit_of_work() as session:
        found = await search(session, question, now())
    return found.hits[0].shown.content.title.zh if found.hits else ""


async def test_what_people_type_finds_what_they_mean(town: Database, settings: Settings) -> None:
    await prepare.prepare(settings, town, lambda _: None)
    segment.ready()
    assert {question: await first(town, question) for question in HEAT} == HEAT
    assert {question: await first(town, question) for question in IN_VAIN} == dict.fromkeys(
        IN_VAIN, ""
    )


@pytest.mark.usefixtures("clock")
async def test_both_databases_find_the_same_in_the_same_order(company: Database) -> None:
    for title, body in (
        ("燃气泄漏", "关闭阀门，打开门窗。"),
        ("阀门更换", "收费项目，燃气公司上门更换阀门。"),
        ("开户", "带身份证。"),
    ):
        await published(company, title, body)
    async with company.unit_of_work() as session:
        found = await search(session, "燃汽阀门", now())
    assert [hit.shown.content.title.zh for hit in found.hits] == ["阀门更换", "燃气泄漏"]
    assert found.meant == ["燃气"]
    assert found.hits[0].title("zh_CN") == [Piece("阀门", True), Piece("更换", False)]
    marked = [piece.text for piece in found.hits[1].snippet("zh_CN") if piece.hit]
    assert marked == ["阀门"]


async def test_a_new_version_replaces_the_old_words(
    company: Database, clock: StandingClock
) -> None:
    made = await published(company, "营业厅", "靠近地铁。")
    assert await first(company, "地铁") == "营业厅"
    async with company.unit_of_work() as session:
        await service.keep(session, made.article_id, draft("营业厅", "靠近公园。"), LI, seen=None)
        await service.submit(session, made.article_id, LI)
    assert (await first(company, "地铁"), await first(company, "公园")) == ("营业厅", "")
    clock.forward(minutes=1)
    async with company.unit_of_work() as session:
        await service.approve(session, made.article_id, ZHANG)
    assert (await first(company, "地铁"), await first(company, "公园")) == ("", "营业厅")


async def test_searches_in_vain_are_counted_without_numbers_of_people(
    company: Database, clock: StandingClock, settings: Settings
) -> None:
    assert clock.at == now()
    day = reports.some_days_ago(1, now(), settings.zone)
    for words, hits in (("壁挂炉  维修", 0), ("壁挂炉 维修", 0), ("报停", 3), ("13800138000", 0)):
        async with company.unit_of_work() as session:
            await reports.searched(session, words, settings.zone, hits=hits)
    async with company.reading() as session:
        gaps = await reports.gaps(session, day)
    assert [(gap.words, gap.count) for gap in gaps] == [("壁挂炉 维修", 2), ("#", 1)]
    async with company.unit_of_work() as session:
        await reports.settle(session, "壁挂炉 维修", by="李娜", article_id=None)
    async with company.reading() as session:
        assert [gap.words for gap in await reports.gaps(session, day)] == ["#"]


async def test_the_report_of_a_past_moment_is_the_one_that_was_shown_then(
    company: Database, clock: StandingClock, settings: Settings
) -> None:
    version = await published(company, "报停")
    other = await published(company, "过户")
    shown: list[tuple[datetime, list[tuple[str, int]], list[tuple[str, int]]]] = []

    async def does(words: str = "", article_id: int = 0) -> None:
        async with company.unit_of_work() as session:
            if words:
                await reports.searched(session, words, settings.zone, hits=0)
            if article_id:
                await reports.read(session, article_id, settings.zone)
        async with company.reading() as session:
            since = reports.some_days_ago(30, now(), settings.zone)
            used = await reports.most_used(session, since)
            gaps = await reports.gaps(session, since)
        shown.append((now(), named(used), [(one.words, one.count) for one in gaps]))
        clock.forward(hours=7)

    await does(words="壁挂炉")
    await does(words="壁挂炉", article_id=version.article_id)
    await does(article_id=other.article_id)
    async with company.unit_of_work() as session:
        await reports.settle(session, "壁挂炉", by="李娜", article_id=None)
    await does(article_id=other.article_id)
    async with company.unit_of_work() as session:
        await service.retire(session, other.article_id, ZHANG, reason="旧")
    await does(words="阀门")
    assert len({str(each[1:]) for each in shown}) == len(shown)
    for moment, used, gaps in shown:
        async with company.reading() as session:
            since = reports.some_days_ago(30, moment, settings.zone)
            assert named(await past.most_used_then(session, since, moment, settings.zone)) == used
            found = await past.gaps_then(session, since, moment, settings.zone)
        assert [(one.words, one.count) for one in found] == gaps


def named(used: list[reports.Used]) -> list[tuple[str, int]]:
    return [(one.shown.content.title.zh, one.count) for one in used]


# --- the rules alone --------------------------------------------------------------------------


def test_a_slip_in_sound_or_one_letter_is_forgiven_and_no_more() -> None:
    assert sounds("燃汽") == sounds("燃气") == "ranqi"
    assert sounds("陈诚") == sounds("岑层")  # zh, ch, sh and ng are not told apart
    assert sounds("12345") == ""
    assert near("suspention", "suspension")
    assert near("营业听", "营业厅")
    assert not near("报停", "报装")
    assert not near("cat", "car")
    assert not near("suspension", "extension")


def test_the_rarer_word_decides_and_typed_words_beat_guesses() -> None:
    lengths = {1: 10, 2: 10, 3: 10}
    postings = [Posting("费", each, 1.0) for each in lengths] + [Posting("退", 2, 1.0)]
    both = rank([Group("费", {"费": "typed"}), Group("退", {"退": "typed"})], postings, lengths)
    assert [one.version_id for one in both] == [2, 1, 3]
    guess = [Group("退钱", {"退": "near", "费": "typed"})]
    assert {one.version_id: one.terms for one in rank(guess, postings, lengths)} == {
        1: {"费"}, 2: {"退", "费"}, 3: {"费"},
    }  # fmt: skip
    assert rank([Group("没有", {})], postings, lengths) == []


def test_hits_are_marked_where_they_stand() -> None:
    assert pieces("退费标准", {"退费"}) == [Piece("退费", True), Piece("标准", False)]
    assert pieces("PDF File", {"file"}) == [Piece("PDF ", False), Piece("File", True)]
    assert pieces("ﬁle", {"file"}) == [Piece("ﬁle", False)]
    told = snippet("甲" * 100 + "退费" + "乙" * 300, {"退费"})
    assert [piece.text[:1] for piece in told] == ["…", "甲", "退", "乙", "…"]
    assert snippet("", {"退费"}) == []


def test_a_word_of_two_groups_is_a_mistake() -> None:
    words = KnowledgeWords(same=(("漏水", "泄漏"), ("泄漏", "漏气")))
    assert [problem.where for problem in problems(words)] == ["泄漏"]
    assert words.alike("漏水") == ["泄漏"]
