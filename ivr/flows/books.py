"""What self-service asks of the company's books. Every answer is one short unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from crm.callbacks.rules import Source
from ivr.say import Language
from ivr.say.shape import Unit
from mainline.text import LocalizedText


@dataclass(frozen=True, slots=True)
class Account:
    """A supply point somebody pays for, as the caller knows it: number and address."""

    account_id: int
    number: str
    premise_id: int
    address_zh: str
    address_en: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A customer who may be on the line."""

    customer_id: int
    language: Language | None = None
    restricted: bool = False
    priority: int = 0
    accounts: tuple[Account, ...] = ()
    confirmed: bool = True
    """The number that calls is proven to be theirs; else it opens nothing private."""
    customer_class: str = "residential"


@dataclass(frozen=True, slots=True)
class Identification:
    """Whom a number belongs to: nobody, somebody, or several."""

    callers: tuple[Caller, ...] = ()
    withheld: bool = False
    restricted: bool = False
    """The number itself is barred."""


@dataclass(frozen=True, slots=True)
class Arrears:
    """What is owed on an account."""

    total_fen: int
    bills: int


@dataclass(frozen=True, slots=True)
class Bill:
    """The newest bill of an account."""

    amount_fen: int
    issued_on: date
    due_on: date | None
    open_fen: int


@dataclass(frozen=True, slots=True)
class OutageNews:
    """An interruption that concerns an address."""

    planned: bool
    starts_at: datetime
    ends_at: datetime | None
    spoken: LocalizedText | None = None
    """The company's own words, instead of the house phrase."""
    outage_id: int = 0


@dataclass(frozen=True, slots=True)
class OrderState:
    """How far a work order is. ``state`` is one of the trade's stages, worded in the phrases."""

    number: str
    type_name: LocalizedText
    state: Literal["new", "assigned", "on_site", "done", "returned", "other"]
    opened_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault report keyed in by the caller."""

    call_id: str
    fault: str
    """One of the pack's faults; the books know the work-order type that belongs to it."""
    customer_id: int | None
    account: Account | None
    ani: str = field(repr=False)
    began_at: datetime | None = None
    """Of an emergency: when the call came, from which the legal clock runs."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of an account, and how many figures it shows."""

    meter_id: int
    number: str
    unit: Unit
    digits: int


Verdict = Literal["fine", "lower", "higher", "impossible"]
"""Whether a reading may be true, held against what the meter showed before."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading keyed in by the caller."""

    call_id: str
    meter: Meter
    value: int
    account: Account
    ani: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was kept, and what was used since the reading before."""

    value: int
    used: int | None = None
    to_check: bool = False


@dataclass(frozen=True, slots=True)
class Suspension:
    """What may be requested for an account's heating today."""

    suspended: bool
    may_begin: bool
    begins: date
    ends: date
    last_day: date
    opens_on: date
    percent: int
    fee_fen: int
    """Of what can be asked for: to stop, or to have it again."""
    pending: str = ""
    """The number of a request that is being dealt with."""
    refused: Literal["", "arrears", "other"] = ""
    """Why it cannot be asked for, whatever the day."""


@dataclass(frozen=True, slots=True)
class SuspensionRequest:
    """A caller wants the heating stopped, or back."""

    call_id: str
    account: Account
    resume: bool


@dataclass(frozen=True, slots=True)
class CallbackWish:
    """A caller wants to be called, in the turn that waiting since then gives."""

    number: str = field(repr=False)
    queue: str
    since: datetime
    priority: int
    language: Language
    call_id: str
    customer_id: int | None
    source: Source
    due_at: datetime
    """Not before: people are there from then on."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A call-back is written down."""

    due_at: datetime
    """Nobody is called before."""
    again: bool = False
    """It had been promised already; there is still one."""


Proof = Literal["proven", "wrong", "locked"]
"""What became of the facts a caller keyed in; ``locked``: too many wrong ones lately."""


@dataclass(frozen=True, slots=True)
class Context:
    """The one reason why somebody probably calls, and what belongs to it."""

    reason: Literal["outage", "visit", "repeat", "order", "overdue"]
    key: str = "1"
    """Hears more about it."""
    news: OutageNews | None = None
    order: OrderState | None = None
    visit: tuple[datetime, datetime] | None = None
    """Local times between which somebody comes for the order today."""
    overdue_fen: int = 0
    calls: int = 0
    """How often they called about it before."""
    matter: str = ""
    """The reason that was noted then."""
    agent: str = ""
    """Who talked with them, if there in a moment."""
    wait_s: int = 0
    priority: int = 0
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class CallWish:
    """Somebody who wants to be called when an outage is over."""

    outage_id: int
    call_id: str
    customer_id: int | None
    language: Language
    ani: str = field(repr=False)


class Books(Protocol):
    """Implemented over the CRM's services; faked in tests and in the terminal walk.

    Any method may raise; the walker then leads the caller to a person.
    """

    async def identify(self, ani: str) -> Identification:
        """Whose number this is. ``ani`` is raw."""
        ...

    async def by_account(self, number: str) -> Caller | None:
        """The customer with this account number; its ``accounts`` holds that account only."""
        ...

    async def prove(self, customer_id: int, *, account_tail: str, fact: str, ani: str) -> Proof:
        """Hold what a caller keyed in against the customer.

        ``fact`` ends a telephone number or the identity card (``*`` for X); an empty
        ``account_tail`` was proven before.
        """
        ...

    async def arrears(self, account_id: int) -> Arrears:
        """What is owed now."""
        ...

    async def last_bill(self, account_id: int) -> Bill | None:
        """The newest bill."""
        ...

    async def outages(self, premise_id: int) -> list[OutageNews]:
        """Running and announced interruptions at the address, the most urgent first."""
        ...

    async def branch(self, premise_id: int) -> str:
        """The code of the branch that serves the address; empty when there is none."""
        ...

    async def call_when_over(self, wish: CallWish) -> bool:
        """Have this number called when the outage is over; False when it cannot be called."""
        ...

    async def open_orders(self, customer_id: int) -> list[OrderState]:
        """The customer's unfinished work orders, newest first."""
        ...

    async def context(
        self,
        call_id: str,
        ani: str,
        caller: Caller | None,
        accounts: Sequence[Account],
        *,
        private: bool,
    ) -> Context | None:
        """Why this caller probably calls; without ``private`` only what all there may know."""
        ...

    async def fault_keys(self) -> dict[str, str]:
        """The keys that the company has given to faults; the others follow in their order."""
        ...

    async def report_fault(self, fault: Fault) -> str:
        """Open a work order and return its number; the same call and fault open it once."""
        ...

    async def meters(self, account_id: int) -> list[Meter]:
        """The meters of an account."""
        ...

    async def judge_reading(self, meter_id: int, value: int) -> Verdict:
        """Whether the meter may show this today."""
        ...

    async def take_reading(self, reading: Reading) -> Taken:
        """Keep a reading, once a call and meter; a doubtful one opens a task to check it."""
        ...

    async def suspension(self, account_id: int) -> Suspension | None:
        """What may be requested; None where heating cannot be suspended."""
        ...

    async def request_suspension(self, request: SuspensionRequest) -> str:
        """Make the request of the life cycle, or join the one that is open; its number."""
        ...

    async def callable_number(self, raw: str) -> str:
        """The number in its normal form if it can be called back, else empty."""
        ...

    async def ask_callback(self, wish: CallbackWish) -> Promise | None:
        """Promise it; one number is promised once. None when it cannot be."""
        ...

    async def wait_minutes(self, queue: str, *, priority: int, since: datetime) -> int | None:
        """How long who has that place will wait: whole minutes, 0 less than one; None: unknown."""
        ...
