"""One search for all that people ask by, the surest way first.

Name, pinyin initials, telephone, account, address; what features above know a customer by (a
meter, a work order) they say in their ``finders``. The end of an identity card is kept sealed,
so it counts only together with a name: ``王芳 4021``.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses import queries as addresses
from crm.customers.addressed import below, by_fragment
from crm.customers.identity import fits
from crm.customers.merged import kept
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from mainline import features
from mainline.phone import TAIL, normalise

MATCHES_MAX: Final = 200
QUERY_CHARS_MAX: Final = 64
NARROWED_MAX: Final = 12
"""So many people of a name are held against the end of a number: a seal takes its time."""
_ADDRESS_SCORE_MIN: Final = 0.7
_NAME_AND_TAIL: Final = re.compile(r"([^\d]{1,32}?)\s*(\d{3}[\dXx])")
_END: Final = "\U0010ffff"

Way = tuple[Select[int], Mapping[str, str]]
"""Ids of customers, no more than ``MATCHES_MAX``, and what the statement binds: what was typed."""
Finder = Callable[[str], Way]
"""A way to find customers by something that a feature knows, e.g. a meter's number."""
_PEOPLE: Final = select(Customer.id).limit(MATCHES_MAX)
_TYPED: Final[BindParameter[str]] = bindparam("typed")
_END_TYPED: Final[BindParameter[str]] = bindparam("end")
_NAMED: Final = _PEOPLE.where(Customer.name == _TYPED)
_NAME_BEGINS: Final = _PEOPLE.where(Customer.name >= _TYPED, Customer.name < _END_TYPED)
_INITIALS: Final = _PEOPLE.where(Customer.initials == _TYPED)
_INITIALS_BEGIN: Final = _PEOPLE.where(Customer.initials >= _TYPED, Customer.initials < _END_TYPED)
_OF_ACCOUNT: Final = select(ServiceAccount.customer_id).limit(MATCHES_MAX)
_ACCOUNT: Final = _OF_ACCOUNT.where(ServiceAccount.number == _TYPED)
_ACCOUNT_BEGINS: Final = _OF_ACCOUNT.where(
    ServiceAccount.number >= _TYPED, ServiceAccount.number < _END_TYPED
)
_OF_PHONE: Final = (
    select(CustomerPhone.customer_id).where(CustomerPhone.ended_at.is_(None)).limit(MATCHES_MAX)
)
_PHONE: Final = _OF_PHONE.where(CustomerPhone.number == _TYPED)
_PHONE_ENDS: Final = _OF_PHONE.where(
    CustomerPhone.tail == bindparam("tail"), CustomerPhone.number.endswith(_TYPED)
)


def tries_an_end(text: str) -> bool:
    """Whether the search tries the last digits of a number: a way to find out who has it."""
    told = text.strip()
    bare = told.isascii() and told.isdigit() and len(told) == TAIL
    return bare or _NAME_AND_TAIL.fullmatch(told) is not None


async def ranked(
    session: AsyncSession, text: str, *, area_code: str, after: int = 0, enough: int = MATCHES_MAX
) -> list[int]:
    """Ids of customers that fit, the surest first, those behind ``after``.

    The next way is tried only while there are not ``enough``, and never more than ``MATCHES_MAX``
    in all: a page of a large town, where a name alone fills it, asks for no address.
    """
    found = dict.fromkeys(await kept(session, await _by_name_and_tail(session, text)))
    for ways in (_plainly, _by_address):
        if _lacks(found, after, enough):
            for way in await ways(session, text, area_code):
                if _lacks(found, after, enough):
                    found |= dict.fromkeys(await _more(session, way, found))
    return _behind([*found][:MATCHES_MAX], after)


def _lacks(found: Mapping[int, None], after: int, enough: int) -> bool:
    return len(found) < MATCHES_MAX and len(_behind([*found], after)) < enough


def _behind(ids: list[int], after: int) -> list[int]:
    """The rest of a ranked list; nothing when the list has changed and the place is gone."""
    if not after:
        return ids
    return ids[ids.index(after) + 1 :] if after in ids else []


async def _more(session: AsyncSession, way: Way, found: Mapping[int, None]) -> list[int]:
    """Who is found in one way and was not before; instead of whoever was merged, who is kept."""
    ids = await session.scalars(*way)
    return await kept(session, sorted(each for each in ids.unique() if each not in found))


async def _plainly(_session: AsyncSession, text: str, area_code: str) -> Iterable[Way]:
    return _plain_ways(text, area_code)


def _plain_ways(text: str, area_code: str) -> Iterator[Way]:
    digits = re.sub(r"[+\s-]", "", text)
    if digits.isascii() and digits.isdigit():
        yield from _by_digits(text, digits, area_code)
    yield from (finder(text) for finder in _finders())
    yield _NAMED, {"typed": text}
    yield _NAME_BEGINS, {"typed": text, "end": f"{text}{_END}"}
    letters = text.lower()
    if letters.isascii() and letters.isalpha():
        yield _NAME_BEGINS, {"typed": text.title(), "end": f"{text.title()}{_END}"}
        yield _INITIALS, {"typed": letters}
        yield _INITIALS_BEGIN, {"typed": letters, "end": f"{letters}~"}


def _by_digits(text: str, digits: str, area_code: str) -> Iterator[Way]:
    number = normalise(text, area_code=area_code).number
    yield _ACCOUNT, {"typed": digits}
    if number is not None:
        yield _PHONE, {"typed": number}
    yield _ACCOUNT_BEGINS, {"typed": digits, "end": f"{digits}:"}
    if number is None and len(digits) >= TAIL:
        yield _PHONE_ENDS, {"typed": digits, "tail": digits[-TAIL:]}


def _finders() -> Iterator[Finder]:
    for module in features.modules("finders"):
        yield from module.FINDERS


async def _by_name_and_tail(session: AsyncSession, text: str) -> list[int]:
    """``王芳 4021``: the end of a telephone, an account, or the identity card."""
    told = _NAME_AND_TAIL.fullmatch(text)
    if told is None:
        return []
    name, tail = told[1].strip(), told[2].upper()
    letters = name.lower()
    named = or_(
        (Customer.name >= name) & (Customer.name < f"{name}{_END}"),
        (Customer.initials >= letters) & (Customer.initials < f"{letters}~"),
    )
    people = select(Customer).where(named).order_by(Customer.id).limit(NARROWED_MAX)
    some = (await session.scalars(people)).all() if name else []
    return sorted({*await _ending(session, some, tail), *await _sealed_so(some, tail)})


async def _ending(session: AsyncSession, some: Sequence[Customer], tail: str) -> list[int]:
    ids = [person.id for person in some]
    phones = select(CustomerPhone.customer_id).where(
        CustomerPhone.customer_id.in_(ids), CustomerPhone.tail == tail,
        CustomerPhone.ended_at.is_(None),
    )  # fmt: skip
    accounts = select(ServiceAccount.customer_id).where(
        ServiceAccount.customer_id.in_(ids), ServiceAccount.number.endswith(tail)
    )
    return [*await session.scalars(phones), *await session.scalars(accounts)]


async def _sealed_so(some: Sequence[Customer], tail: str) -> list[int]:
    kept = {person.id: person.id_tail for person in some if person.id_tail}
    fitting = await asyncio.gather(
        *(asyncio.to_thread(fits, tail, each, seal) for each, seal in kept.items())
    )
    return [each for each, fit in zip(kept, fitting, strict=True) if fit]


async def _by_address(session: AsyncSession, text: str, _area_code: str) -> Iterable[Way]:
    """People at the places that may be meant, then those whose address has the words.

    Figures alone say no place, they may only be part of a name.
    """
    if text.isdecimal():
        return [_limited(await by_fragment(session, text))]
    resolved = await addresses.resolve(session, text)
    ways = [
        _limited(_at(one.path))
        for one in resolved.found
        if one.score >= _ADDRESS_SCORE_MIN or one.level in {"street", "district"}
        if all(reason.code != "not-in-tree" for reason in one.reasons)
    ]
    return [*ways, _limited(await by_fragment(session, text))]


def _limited(wanted: Select[int]) -> Way:
    return wanted.limit(MATCHES_MAX), {}


def _at(path: str) -> Select[int]:
    return (
        select(ServiceAccount.customer_id)
        .join(Premise, Premise.id == ServiceAccount.premise_id)
        .where(below(Premise.path, path))
        .order_by(Premise.path, ServiceAccount.customer_id)
    )
