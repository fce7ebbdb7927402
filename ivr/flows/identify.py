"""Who is calling, and about which address: by choice, or by account number on the keypad."""

from __future__ import annotations

import re

from ivr import say
from ivr.flows.books import Account, Caller
from ivr.flows.journey import DONE, NOTHING, PASSED, Journey, Outcome
from ivr.menu import PERSON_KEY
from ivr.say import Language
from ivr.talk import WantsPerson

CHOICES_MAX = 8
"""Addresses offered by keypad; 9 is another address."""
OTHER_KEY = "9"
ACCOUNT_DIGITS_MAX = 20
ATTEMPTS = 3
_ROOM = re.compile(r"(room|flat|apt|unit|entrance)\b", re.IGNORECASE)
SPOKEN_MAX = 20
_DISTRICT = re.compile(r"^([^市]{2,6}省)?([^省市]{2,6}市)?([^市区县小]{1,5}[区县])?")
_BUILDING = re.compile(r".*?(号楼|栋|幢|座|楼|(?<=\d)号)")


async def identify(journey: Journey) -> Outcome:
    """Let a caller known under several addresses choose one; others pass without a word.

    WantsPerson at key 0, which leads to a person wherever it is pressed.
    """
    offers = offered(journey)
    if journey.account is not None or len(offers) < 2:  # noqa: PLR2004 - nothing to choose from
        return PASSED
    chosen = await _choose(journey, offers)
    if chosen is None:
        return NOTHING
    journey.identified("choice", *chosen)
    return DONE


async def account_needed(journey: Journey) -> Account:
    """The account a flow works on; asks for what is not known. WantsPerson when that fails."""
    if journey.account is None:
        await identify(journey)
    if journey.account is None:
        await _by_keypad(journey)
    assert journey.account is not None  # noqa: S101 - _by_keypad raises otherwise
    return journey.account


def offered(journey: Journey) -> list[tuple[Caller, Account]]:
    """The addresses the number is registered for, at most what keys can choose.

    None of customers for whom the number is not confirmed: an address is private.
    """
    known = (caller for caller in journey.callers if caller.confirmed)
    found = [(caller, account) for caller in known for account in caller.accounts]
    return found[:CHOICES_MAX]


async def _choose(
    journey: Journey, offers: list[tuple[Caller, Account]]
) -> tuple[Caller, Account] | None:
    talk = journey.talk
    texts = talk.parts("which_address", count=say.count(len(offers), talk.language))
    for key, (_, account) in enumerate(offers, start=1):
        texts += talk.parts(
            "address_choice",
            address=[spoken_address(account, talk.language)],
            key=say.number(key, talk.language),
        )
    texts += talk.parts("address_other")
    for _ in range(2):
        keyed = await talk.listen(texts)
        if keyed == PERSON_KEY:
            raise WantsPerson
        if keyed == OTHER_KEY:
            return None
        if keyed.isdecimal() and 1 <= int(keyed) <= len(offers):
            return offers[int(keyed) - 1]
        await talk.tell("wrong_key" if keyed else "no_key")
    return None


async def _by_keypad(journey: Journey) -> None:
    talk = journey.talk
    for _ in range(ATTEMPTS - 1):
        number = await talk.ask(talk.parts("ask_account"), digits_max=ACCOUNT_DIGITS_MAX)
        caller = await journey.books.by_account(number)
        if caller is not None and caller.accounts:
            journey.identified("keypad", caller, caller.accounts[0])
            return
        await talk.tell("account_unknown")
    raise WantsPerson


def spoken_address(account: Account, language: Language) -> str:
    """The part of an address that its people know and strangers learn little from.

    City and flat are left out: 沈阳市和平区幸福小区3号楼2单元501室 becomes 幸福小区3号楼.
    """
    if language == "en" and account.address_en:
        return _english(account.address_en)
    text = _DISTRICT.sub("", "".join(account.address_zh.split()), count=1)
    building = _BUILDING.match(text)
    return building[0] if building else text[:SPOKEN_MAX]


def _english(address: str) -> str:
    """Without room and unit, and without the city at the end."""
    parts = [part.strip() for part in address.split(",")]
    known = [part for part in parts if not _ROOM.match(part)]
    return ", ".join(known[:2])[:60]
