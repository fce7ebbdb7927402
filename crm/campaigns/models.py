"""Tables: campaigns, whom they call, each attempt by machine, and who is never to be called."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Campaign(Record):
    """A reason to call many people."""

    __tablename__ = "campaign"

    standing: Mapped[str | None] = mapped_column(String(32), unique=True)
    """``complaints``, ``low_ratings``, ``at_home``: made by itself, filled by facts."""
    name: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    """visit (an agent calls), reminder, outage, home (the machine calls)."""
    theme: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(16), default="draft", index=True)
    """draft, running, paused or ended."""
    selection: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    quota: Mapped[int] = mapped_column(default=0)
    seed: Mapped[int] = mapped_column(default=1)
    questionnaire: Mapped[str] = mapped_column(String(64), default="")
    text_zh: Mapped[str] = mapped_column(Text, default="")
    text_en: Mapped[str] = mapped_column(Text, default="")
    queue: Mapped[str] = mapped_column(String(32), default="service")
    """Where somebody who presses 0 is led."""
    leads: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whoever the machine reaches is led to an agent; no more are rung than agents are free."""
    agents: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Who may take its tasks; nobody named: everybody."""
    created_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class CampaignTask(Record):
    """Somebody to be called."""

    __tablename__ = "campaign_task"
    __table_args__ = (
        UniqueConstraint("campaign_id", "key"),
        Index(None, "state", "next_at"),
        Index(None, "lease_agent", "state"),
        Index(None, "work_order_id"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    key: Mapped[str] = mapped_column(String(80))
    """What it is about, such as ``order:17``: nobody is called twice about one thing."""
    number: Mapped[str] = mapped_column(String(20), default="")
    customer_id: Mapped[int | None]
    account_id: Mapped[int | None]
    premise_id: Mapped[int | None]
    work_order_id: Mapped[int | None]
    about_call: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    """waiting, leased, dialling; then done, unreached, barred or dropped."""
    held: Mapped[str] = mapped_column(String(16), default="")
    """Why it is not called now: emergency, outage, complaint, medical, dispute."""
    next_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_agent: Mapped[str | None] = mapped_column(String(8))
    lease_until: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(32), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notes: Mapped[str] = mapped_column(Text, default="")
    call_id: Mapped[str | None] = mapped_column(String(64))
    """The call that brought the result."""
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(64), default="")


class DialAttempt(Record):
    """One automatic call. It is written before Asterisk is asked, and is never asked for twice."""

    __tablename__ = "dial_attempt"
    __unaudited__: ClassVar[str] = "one line a call, never changed by people"
    __table_args__ = (UniqueConstraint("task_id", "number"), Index(None, "ended_at", "begun_at"))

    task_id: Mapped[int] = mapped_column(ForeignKey("campaign_task.id"))
    number: Mapped[int]
    """1 for the first."""
    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    begun_at: Mapped[datetime] = mapped_column(index=True)
    reached: Mapped[str] = mapped_column(String(16), default="")
    """person or machine, once somebody picked up."""
    status: Mapped[str] = mapped_column(String(16), default="")
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(16), default="")
    result: Mapped[str] = mapped_column(String(32), default="")


class DoNotCall(Record):
    """A number that we never call by ourselves."""

    __tablename__ = "do_not_call"

    number: Mapped[str] = mapped_column(String(20), unique=True)
    source: Mapped[str] = mapped_column(String(16))
    """key (pressed 9), page, api or import."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(64), default="")
