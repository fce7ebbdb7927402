"""A receiver that is late, wrong, twice or never there, on both databases."""

import aiohttp
import pytest

from mainline.errors import Invalid, NotFound
from mainline.webhooks import rules, service
from mainline.webhooks.addresses import AddressRefused
from mainline.webhooks.models import Webhook, WebhookDelivery
from mainline.webhooks.sending import Sender
from mainline.webhooks.service import NameTaken
from tests.mainline.webhooks.conftest import Post, Receiver, proves


async def rows(post: Post, hook: Webhook) -> list[WebhookDelivery]:
    async with post.database.reading() as session:
        return (await service.deliveries(session, hook.id))[::-1]


async def states(post: Post, hook: Webhook) -> list[str]:
    return [row.state for row in await rows(post, hook)]


async def test_facts_come_signed_in_order_and_once(post: Post, receiver: Receiver) -> None:
    await post.calls("old-1.1")  # happened before anybody was to be told
    hook = await post.hook(receiver, "call.offered", "call.ended")
    await post.calls("ml-1.1", "ml-2.1")
    await post.rounds(4)
    for call in ("call:ml-1.1", "call:ml-2.1"):
        assert [kind for kind, subject in receiver.calls() if subject == call] == [
            "call.offered", "call.ended",
        ]  # fmt: skip
    assert len(receiver.heard) == 4
    assert await states(post, hook) == ["delivered"] * 4
    first = receiver.headers[0]
    assert proves(first["Mainline-Signature"], post.secret(hook), receiver.bodies[0])
    assert not proves(first["Mainline-Signature"], post.secret(hook), b"{}")
    assert first["Mainline-Delivery"] == receiver.heard[0]["id"]
    assert (first["Mainline-Kind"], first["Mainline-Attempt"]) == ("call.offered", "1")


async def test_without_the_right_to_it_nothing_of_a_person_leaves(
    post: Post, receiver: Receiver
) -> None:
    await post.hook(receiver, "call.offered")
    await post.hook(receiver, "call.offered", name="trusted", private=True)
    await post.calls("ml-1.1")
    await post.rounds()
    bare, whole = sorted(receiver.heard, key=lambda told: "ani" in told["fact"])
    assert bare["fact"]["withheld"] == ["ani"]
    assert b"13800008000" not in next(body for body in receiver.bodies if b"withheld" in body)
    assert whole["fact"]["ani"] == "13800008000"


async def test_a_refused_fact_comes_again_and_holds_back_only_its_own_subject(
    post: Post, receiver: Receiver
) -> None:
    hook = await post.hook(receiver)
    receiver.refuses = lambda told: told["subject"] == "call:ml-1.1"
    await post.calls("ml-1.1", "ml-2.1")
    await post.rounds(3)
    assert sorted(receiver.calls()) == [
        ("call.ended", "call:ml-2.1"), ("call.offered", "call:ml-1.1"),
        ("call.offered", "call:ml-2.1"),
    ]  # fmt: skip
    [refused] = [row for row in await rows(post, hook) if row.attempts and row.state == "waiting"]
    assert (refused.answer, refused.attempts) == ("500", 1)
    receiver.refuses = lambda _told: False
    post.clock.forward(seconds=rules.again_after(1).total_seconds())
    await post.rounds(2)
    again = [told["id"] for told in receiver.heard if told["subject"] == "call:ml-1.1"]
    assert (len(again), again[0]) == (3, again[1])
    assert await states(post, hook) == ["delivered"] * 4


async def test_who_is_late_or_sends_elsewhere_has_not_taken_it(
    post: Post, receiver: Receiver
) -> None:
    hook = await post.hook(receiver, "call.offered")
    receiver.answers = [0, 302]
    await post.calls("ml-1.1")
    impatient = Sender(post.database, post.settings)
    timeout = aiohttp.ClientTimeout(sock_read=1.0)
    async with aiohttp.ClientSession(timeout=timeout) as client:
        assert await impatient.once(client) == 1
    assert [row.answer for row in await rows(post, hook)] == ["timeout"]
    post.clock.forward(seconds=10)
    await post.rounds()
    assert [row.answer for row in await rows(post, hook)] == ["302"]
    assert len(receiver.heard) == 2  # the address it was sent on to was not called
    post.clock.forward(seconds=60)
    await post.rounds()
    assert await states(post, hook) == ["delivered"]


async def test_a_dead_receiver_is_paused_told_of_and_goes_on_without_loss(
    post: Post, receiver: Receiver
) -> None:
    hook = await post.hook(receiver, "call.offered")
    receiver.refuses = lambda _told: True
    await post.calls("ml-1.1")
    await post.rounds(rules.ATTEMPTS_MAX, seconds=30_000)
    assert len(receiver.heard) == rules.ATTEMPTS_MAX
    await post.calls("ml-2.1")
    assert await post.rounds(3, seconds=30_000) == 0
    async with post.database.unit_of_work() as session:
        [paused] = await service.all_of_them(session)
        assert (paused.why_paused, paused.paused_at is not None) == ("500", True)
        receiver.refuses = lambda _told: False
        await service.resume(session, hook.id, by="admin")
    await post.rounds(2)
    assert set(receiver.calls()[-2:]) == {
        ("call.offered", "call:ml-1.1"), ("call.offered", "call:ml-2.1"),
    }  # fmt: skip
    assert await states(post, hook) == ["delivered", "delivered"]


async def test_what_was_taken_but_not_noted_comes_again_under_the_same_id(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post.hook(receiver, "call.offered")
    await post.calls("ml-1.1")

    async def killed(*_args: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("mainline.webhooks.sending._note", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await post.rounds()
    await post.rounds(2)
    assert [told["id"] for told in receiver.heard] == [receiver.heard[0]["id"]] * 2


async def test_a_fact_is_replayed_or_given_up_by_hand(post: Post, receiver: Receiver) -> None:
    hook = await post.hook(receiver)
    await post.calls("ml-1.1")
    await post.rounds(2)
    receiver.refuses = lambda told: told["kind"] == "call.offered"
    [first, _second] = await rows(post, hook)
    async with post.database.unit_of_work() as session:
        await service.replay(session, first.id, by="admin")
    await post.rounds()
    assert [told["id"] for told in receiver.heard].count(receiver.heard[0]["id"]) == 2
    async with post.database.unit_of_work() as session:
        await service.skip(session, first.id, by="admin")
        with pytest.raises(NotFound):
            await service.skip(session, first.id, by="admin")
    assert await states(post, hook) == ["skipped", "delivered"]


async def test_who_is_removed_is_told_nothing_more(post: Post, receiver: Receiver) -> None:
    hook = await post.hook(receiver)
    await post.calls("ml-1.1")
    await post.rounds()
    async with post.database.unit_of_work() as session:
        await service.remove(session, hook.id, by="admin")
    await post.calls("ml-2.1")
    heard = len(receiver.heard)
    assert await post.rounds(2) == 0
    assert len(receiver.heard) == heard


async def test_what_cannot_be_told_is_refused(post: Post, receiver: Receiver) -> None:
    await post.hook(receiver)
    with pytest.raises(NameTaken):
        await post.hook(receiver)
    for kinds in (("no.such_kind",), (" ",)):
        with pytest.raises(Invalid):
            await post.hook(receiver, *kinds, name="other")
    receiver.url = "http://10.0.0.1/"
    with pytest.raises(AddressRefused):
        await post.hook(receiver, name="other")
