"""Two people, validity by the clock, versions, files, API."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from crm.catalog.reasons import CallReasons
from crm.knowledge import attachments, queries, service
from crm.knowledge.attachments import WrongFile, clean_name, kind_of
from crm.knowledge.content import Content, blocks, validity
from crm.knowledge.events import ArticlePublished
from crm.knowledge.kinds import KnowledgeWords, problems
from crm.knowledge.service import (
    NeverValid,
    NotDraft,
    NotSubmitted,
    PersonNeeded,
    SamePerson,
    Writer,
    WrittenMeanwhile,
)
from mainline.clock import now
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal import entries_after
from tests.crm.conftest import AsRole
from tests.crm.knowledge.conftest import LI, ZHANG, draft, published
from tests.support.clock import StandingClock

PDF = b"%PDF-1.7\n%%EOF\n"


def office(*names: str) -> bytes:
    """A ZIP with these entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


async def told(database: Database, article_id: int) -> list[str]:
    async with database.reading() as session:
        entries = await entries_after(session, 0, subject=f"article:{article_id}")
    return [f"{entry.event.kind} {getattr(entry.event, 'by', '')}" for entry in entries]


async def test_nobody_approves_what_they_wrote_at(company: Database) -> None:
    async with company.unit_of_work() as session:
        made = await service.create(session, draft(), LI)
        article = made.article_id
        await service.keep(session, article, draft(body="第二稿"), ZHANG, seen=1)
        with pytest.raises(NotSubmitted):
            await service.approve(session, article, Writer("王芳", 3))
        await service.submit(session, article, ZHANG)
    for who, refusal in (
        (LI, SamePerson),
        (ZHANG, SamePerson),
        (Writer("api", None), PersonNeeded),
    ):
        async with company.unit_of_work() as session:
            with pytest.raises(refusal):
                await service.approve(session, article, who)
    async with company.reading() as session:
        with pytest.raises(NotFound):
            await queries.valid(session, article, now())
    async with company.unit_of_work() as session:
        await service.approve(session, article, Writer("王芳", 3), "好")
    async with company.reading() as session:
        shown = await queries.valid(session, article, now())
        entries = await entries_after(session, 0, subject=f"article:{article}")
    assert (shown.content.body.zh, shown.version.decided_by) == ("第二稿", "王芳")
    fact = entries[-1].event
    assert isinstance(fact, ArticlePublished)
    assert (fact.by, fact.author, fact.version) == ("王芳", "张强", 1)
    assert await told(company, article) == [
        "article.kept 李娜", "article.kept 张强", "article.submitted 张强",
        "article.published 王芳",
    ]  # fmt: skip


async def test_an_article_counts_from_its_first_to_its_last_day_by_the_clock(
    company: Database, clock: StandingClock, settings: Settings
) -> None:
    begins, ends = validity(date(2026, 11, 25), date(2026, 11, 26), settings.zone)
    assert (begins, ends) == (
        datetime(2026, 11, 24, 16, tzinfo=UTC), datetime(2026, 11, 26, 16, tzinfo=UTC),
    )  # fmt: skip
    made = await published(company, "降温", valid_from=begins, valid_until=ends)
    seen = {}
    for hours in (0, 37, 39, 61, 63, 87):
        clock.at = datetime(2026, 11, 23, 2, tzinfo=UTC) + timedelta(hours=hours)
        async with company.reading() as session:
            [only] = await queries.versions(session, made.article_id)
            seen[hours] = (only.state(now()), len(await queries.valid_list(session, now())))
    assert seen == {
        0: ("waiting", 0), 37: ("waiting", 0), 39: ("valid", 1), 61: ("valid", 1),
        63: ("valid", 1), 87: ("expired", 0),
    }  # fmt: skip
    async with company.unit_of_work() as session:
        with pytest.raises(NotFound):
            await queries.valid(session, made.article_id, now())
        late = await service.create(session, draft(valid_until=ends), LI)
        with pytest.raises(NeverValid):
            await service.submit(session, late.article_id, LI)
        with pytest.raises(NeverValid):
            await service.create(session, draft(valid_from=ends, valid_until=begins), LI)


async def test_the_version_before_counts_until_the_next_one_begins(
    company: Database, clock: StandingClock
) -> None:
    made = await published(company, "旧版")
    tomorrow = now() + timedelta(days=1)
    async with company.unit_of_work() as session:
        await service.keep(
            session, made.article_id, draft("新版", valid_from=tomorrow), LI, seen=None
        )
        await service.submit(session, made.article_id, LI)
        await service.approve(session, made.article_id, ZHANG)
    titles = []
    for _ in range(2):
        async with company.reading() as session:
            titles.append((await queries.valid(session, made.article_id, now())).content.title.zh)
        clock.forward(days=1)
    assert titles == ["旧版", "新版"]


async def test_nobody_writes_over_somebody_else(company: Database) -> None:
    async with company.unit_of_work() as session:
        made = await service.create(session, draft(), LI)
        await service.keep(session, made.article_id, draft(body="李娜的"), LI, seen=1)
    async with company.unit_of_work() as session:
        with pytest.raises(WrittenMeanwhile):
            await service.keep(session, made.article_id, draft(body="张强的"), ZHANG, seen=1)
        with pytest.raises(WrittenMeanwhile):
            await service.keep(session, made.article_id, draft(body="张强的"), ZHANG, seen=None)
    async with company.unit_of_work() as session:
        await service.submit(session, made.article_id, LI)
        with pytest.raises(NotDraft):
            await service.keep(session, made.article_id, draft(), LI, seen=2)
        with pytest.raises(Invalid):
            await service.send_back(session, made.article_id, ZHANG, " ")
        await service.send_back(session, made.article_id, ZHANG, "请补充材料")
    async with company.reading() as session:
        [only] = await queries.versions(session, made.article_id)
    assert (only.version.state, only.version.note) == ("draft", "请补充材料")
    assert only.content.body.zh == "李娜的"


async def test_what_is_taken_away_is_shown_to_nobody_until_it_is_approved_anew(
    company: Database,
) -> None:
    made = await published(company, "报停")
    async with company.unit_of_work() as session:
        await service.retire(session, made.article_id, ZHANG, "价格有误")
    async with company.unit_of_work() as session:
        with pytest.raises(NotFound):
            await queries.valid(session, made.article_id, now())
        with pytest.raises(NotFound):
            await service.retire(session, made.article_id, ZHANG, "again")
        await service.keep(session, made.article_id, draft("报停新"), ZHANG, seen=None)
        await service.submit(session, made.article_id, ZHANG)
        await service.approve(session, made.article_id, LI)
    async with company.reading() as session:
        assert (await queries.valid(session, made.article_id, now())).content.title.zh == "报停新"


async def test_wording_follows_the_reason_the_nearest_first(company: Database) -> None:
    await published(company, "业务总则", reasons=["business"])
    await published(company, "报停", reasons=["business_suspend"])
    await published(company, "退费", reasons=["billing_refund"])
    async with company.unit_of_work() as session:
        shown = await queries.about(session, ["business", "business_suspend"], now())
        assert [one.content.title.zh for one in shown] == ["报停", "业务总则"]
        assert await queries.about(session, [], now()) == []
        with pytest.raises(Invalid, match="no_such_reason"):
            await service.create(session, draft(reasons=["no_such_reason"]), LI)


async def test_files_go_with_the_version_and_editors_only_see_those_of_drafts(
    company: Database,
) -> None:
    async with company.unit_of_work() as session:
        made = await service.create(session, draft(), LI)
        article = made.article_id
        file = await attachments.attach(session, article, "..\\流程<图>.pdf", PDF, ZHANG)
        assert (file.name, file.size) == ("流程图.pdf", len(PDF))
        with pytest.raises(NotFound):
            await attachments.opened(session, file.id, edits=False)
        await service.submit(session, article, LI)
        with pytest.raises(SamePerson):  # who attached a file has written at it
            await service.approve(session, article, ZHANG)
        with pytest.raises(NotDraft):
            await attachments.attach(session, article, "b.pdf", PDF, LI)
        await service.approve(session, article, Writer("王芳", 3))
        assert (await attachments.opened(session, file.id, edits=False))[1] == PDF
        await service.keep(session, article, draft("第二版"), LI, seen=None)
        newest = (await queries.versions(session, article))[0]
        [copied] = await queries.attachments(session, newest.version.id)
        await attachments.detach(session, article, copied.id, LI)
        with pytest.raises(NotFound):
            await attachments.detach(session, article, file.id, LI)
        assert (await attachments.opened(session, file.id, edits=False))[1] == PDF
        for number in range(attachments.FILES_MAX):
            await attachments.attach(session, article, f"{number}.txt", b"text", LI)
        with pytest.raises(WrongFile):
            await attachments.attach(session, article, "more.txt", b"text", LI)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>"), ("image.svg", b"<svg/>"), ("a.pdf", b"MZ\x90"), ("a.pdf", b""),
        ("a.png", PDF), ("a.txt", b"\xff\xfe"), ("a.txt", b"a\0b"),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.docx", office("[Content_Types].xml", "xl/workbook.xml")),
        ("a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("a.pdf", PDF + b"x" * attachments.BYTES_MAX), ("pdf", PDF), ("a.exe", PDF),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_say_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(WrongFile):
        kind_of(name, content)


def test_files_of_the_allowed_kinds_are_taken() -> None:
    assert kind_of("A.JPEG", b"\xff\xd8\xff\xe0") == "jpg"
    assert kind_of("说明.txt", "文字".encode()) == "txt"
    assert kind_of("a.docx", office("[Content_Types].xml", "word/document.xml")) == "docx"
    assert len(clean_name("长" * 300 + ".pdf")) <= attachments.NAME_CHARS_MAX


def test_a_body_has_headings_lists_and_paragraphs() -> None:
    told = blocks("## 条件\n- 甲\n- 乙\n\n一段\n两行\n\n## 完")
    assert [(block.kind, block.lines) for block in told] == [
        ("heading", ["条件"]), ("list", ["甲", "乙"]), ("text", ["一段", "两行"]),
        ("heading", ["完"]),
    ]  # fmt: skip


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_a_packs_articles_are_whole_in_both_languages_and_cover_its_reasons(pack: str) -> None:
    folder = PROJECT / "packs" / pack
    articles = [
        Content.model_validate(each)
        for each in yaml.safe_load((folder / "knowledge.yaml").read_text("utf-8"))["articles"]
    ]
    tree = CallReasons.model_validate(yaml.safe_load((folder / "reasons.yaml").read_text("utf-8")))
    words = KnowledgeWords.model_validate(
        yaml.safe_load((folder / "knowledge_words.yaml").read_text("utf-8"))
    )
    assert problems(words) == []
    assert all(
        part.zh and part.en for one in articles for part in (one.title, one.wording, one.body)
    )
    named = {code for one in articles for code in one.reasons}
    assert named <= {reason.code for _, reason in tree.all()}
    asked = {"other"}
    leaves = {r.code: {one.code for one in above} for above, r in tree.all() if r.is_leaf}
    bare = {code for code, above in leaves.items() if not named & {code, *above}} - asked
    assert bare <= {"fault_noise"}


async def test_the_api_asks_the_same_of_programs(as_role: AsRole) -> None:
    leader, agent, quality = as_role("leader"), as_role("agent"), as_role("quality")
    found = (await agent.get("/knowledge/search", params={"q": "报停"})).json()
    assert "".join(piece["text"] for piece in found["items"][0]["title"]) == "报停手续办理"
    beside = (await agent.get("/knowledge", params={"reason": "business_suspend"})).json()["items"]
    assert beside[0]["content"]["title"]["zh"] == "报停手续办理"
    body = {"content": {"title": {"zh": "新"}, "body": {"zh": "文"}}}
    assert (await agent.post("/knowledge", json=body)).status_code == 403
    made = (await quality.post("/knowledge", json=body)).json()
    assert (made["state"], made["revision"]) == ("draft", 1)
    path = f"/knowledge/{made['id']}"
    assert (await agent.get(path)).status_code == 404
    assert (await quality.post(f"{path}/submit")).json()["state"] == "submitted"
    assert (await quality.post(f"{path}/approve", json={})).status_code == 403
    refused = await leader.post(f"{path}/approve", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "person-needed")
    assert (await agent.get("/knowledge/report")).status_code == 403
    await agent.get("/knowledge/search", params={"q": "壁挂炉保养"})
    report = (await leader.get("/knowledge/report")).json()
    assert [(gap["words"], gap["count"]) for gap in report["unanswered"]] == [("壁挂炉保养", 1)]
    assert (await as_role("").get("/knowledge/search", params={"q": "x"})).status_code == 401
    assert (await agent.get("/knowledge/search", params={"q": "长" * 61})).status_code == 422
