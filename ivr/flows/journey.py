"""What is known about a call while its caller walks the tree."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.flows.books import Account, Books, Caller
from ivr.policies import Policies
from ivr.talk import Talk
from mainline.clock import now
from mainline.journal import Event
from mainline.journal.call_events import CallerIdentified

Note = Callable[[Event], None]
"""Keeps a fact for the journal without making the caller wait."""


@dataclass(slots=True)
class Journey:
    """One caller's way. Flows read it and learn from the caller; nothing here is a transaction."""

    call_id: str
    ani: str = field(repr=False)
    talk: Talk
    books: Books
    note: Note
    zone: ZoneInfo
    callers: tuple[Caller, ...] = ()
    caller: Caller | None = None
    account: Account | None = None
    entries: dict[str, str] = field(default_factory=dict)
    priority: int = 0
    began_at: datetime = field(default_factory=now)
    agent: str = ""
    """To whom the caller is led, if that telephone is free within ``agent_wait_s``."""
    agent_wait_s: int = 0
    policies: Policies = field(default_factory=Policies)
    keyed_accounts: set[int] = field(default_factory=set)
    """Accounts whose whole number the caller keyed in."""
    verified: set[int] = field(default_factory=set)
    """Customers the caller has proven to be."""
    wrong_facts: int = 0
    opens: Callable[[datetime], datetime] = lambda moment: moment
    """When people answer this line, at a moment or after."""

    @property
    def subject(self) -> str:
        """The journal's subject of this call."""
        return f"call:{self.call_id}"

    def today(self) -> date:
        """The company's date."""
        return now().astimezone(self.zone).date()

    @property
    def number_proves(self) -> bool:
        """Whether the number that calls is confirmed to be this customer's."""
        return self.caller is not None and any(
            one.customer_id == self.caller.customer_id and one.confirmed for one in self.callers
        )

    @property
    def may_hear_private(self) -> bool:
        """Whether address, bills and orders may be spoken already."""
        known = self.caller is not None and self.caller.customer_id in self.verified
        return known or self.number_proves

    def local(self, moment: datetime) -> datetime:
        """A moment on the company's clock."""
        return moment.astimezone(self.zone)

    def identified(
        self, how: Literal["choice", "keypad"], caller: Caller, account: Account | None
    ) -> None:
        """The caller said who they are."""
        self.caller, self.account = caller, account
        if how == "keypad" and account is not None:
            self.keyed_accounts.add(account.account_id)
        self.priority = max(self.priority, caller.priority)
        self.note(
            CallerIdentified(
                subject=self.subject,
                how=how,
                customer_id=caller.customer_id,
                account_id=account.account_id if account else None,
                candidates=max(1, len(self.callers)),
            )
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a flow ended. ``queue`` sends the caller on at once, ahead of the tree."""

    result: Literal["done", "person", "failed", "nothing"]
    detail: str = ""
    queue: str = ""
    priority: int = 0
    urgent: str = ""
    """The fault of an emergency, whose order is open: the caller goes ahead of all."""


DONE = Outcome("done")
NOTHING = Outcome("nothing")
PASSED = Outcome("nothing", "passed")
"""There was nothing to ask and nothing to say: no fact is worth writing."""

Flow = Callable[[Journey], Awaitable[Outcome]]
