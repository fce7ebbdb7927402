"""The demo caller's page."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from agentdesk.customer.slots import LENT_FOR, NoSlot, Slots
from tests.agentdesk.conftest import Browser, Telephony
from tests.support.clock import StandingClock

PAGE = "11111111-2222-3333-4444-555555555555"


def test_each_page_has_a_telephone_of_its_own_until_all_are_lent(clock: StandingClock) -> None:
    slots = Slots(2)
    assert slots.borrow("a") == "try-1"
    assert slots.borrow("b") == "try-2"
    assert slots.borrow("a") == "try-1"
    with pytest.raises(NoSlot):
        slots.borrow("c")
    assert slots.give_back("b") == "try-2"
    assert slots.borrow("c") == "try-2"
    clock.forward(seconds=(LENT_FOR + timedelta(seconds=1)).total_seconds())
    assert slots.borrow("d") == "try-1"


async def test_a_stranger_gets_a_demo_telephone_and_gives_it_back(
    stranger: Browser, telephony: Telephony
) -> None:
    assert (await stranger.get("/try")).status_code == 200
    account = (await stranger.post("/try/phone", json={"page": PAGE})).json()
    assert account["user"] == "try-1"
    await stranger.post("/try/end", json={"page": PAGE})
    assert telephony.ari.dropped == ["try-1"]


async def test_outside_demo_mode_the_page_does_not_exist(
    app: FastAPI, stranger: Browser, telephony: Telephony
) -> None:
    app.state.settings = app.state.settings.model_copy(update={"demo": False})
    assert (await stranger.get("/try")).status_code == 404
    assert (await stranger.post("/try/phone", json={"page": PAGE})).status_code == 404
    assert telephony.ari.made == []
