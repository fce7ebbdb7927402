"""Tables: people, their queues, sign-ins and tokens, and the floor as a projection."""

from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import SECRET, Base, Record


class User(Record):
    """Somebody who signs in. Agents also have a telephone: ``agent_number``."""

    __tablename__ = "staff_user"

    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(255), info=SECRET)
    password_until: Mapped[datetime | None]
    """Until when a password that somebody else gave opens the page where an own one is chosen."""
    roles: Mapped[list[str]] = mapped_column(JSON)
    agent_number: Mapped[str | None] = mapped_column(String(8), unique=True)
    station: Mapped[str] = mapped_column(String(16), default="softphone")
    """``softphone`` in the browser, or ``phone`` on the desk."""
    language: Mapped[str] = mapped_column(String(8), default="zh_CN")
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    team: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """The group they sit in; it has a leader."""
    auto_answer: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The softphone answers by itself, after a tone in the agent's ear."""
    active: Mapped[bool] = mapped_column(default=True)
    branch: Mapped[str] = mapped_column(String(24), default="", server_default="")
    """Code of the branch whose callers this person gets first; empty: everybody's alike."""
    workplace: Mapped[str] = mapped_column(String(16), default="centre", server_default="centre")
    """centre, branch or home: where the desk stands."""


class UserQueue(Record):
    """A queue somebody answers; callers go to the lowest penalty first."""

    __tablename__ = "staff_user_queue"
    __table_args__ = (UniqueConstraint("user_id", "queue"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    queue: Mapped[str] = mapped_column(String(32), index=True)
    penalty: Mapped[int] = mapped_column(default=0)


class AuthSession(Record):
    """A sign-in. Only the hash of its token is kept; ``public_id`` names it in logs."""

    __tablename__ = "auth_session"
    __unaudited__: ClassVar[str] = "sign-ins, gone when they are over"

    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiToken(Record):
    """A bearer token for programs. Only its hash is kept."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    role: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64), default="")
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginFailure(Record):
    """A refused sign-in; ``who`` is the hash of a login or of an address."""

    __tablename__ = "login_failure"
    __unaudited__: ClassVar[str] = "counts tries, gone in minutes"
    __table_args__ = (Index(None, "who", "at"),)

    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


ELSEWHERE: Final = "elsewhere"
"""The detail of a call that rang here too and that a colleague took."""


class AgentFact(Record):
    """What happened to an agent, in order of the event's time: the floor is computed from these."""

    __tablename__ = "agent_fact"
    __unaudited__: ClassVar[str] = "a projection of the journal"
    __table_args__ = (UniqueConstraint("agent", "at", "kind", "call_id"), Index(None, "call_id"))

    agent: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    call_id: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[str] = mapped_column(String(64), default="")


class AgentState(Base):
    """Projection: what an agent does now."""

    __tablename__ = "agent_state"
    __unaudited__: ClassVar[str] = "a projection of the journal"

    number: Mapped[str] = mapped_column(String(8), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), default="closed")
    """One of ``crm.staff.floor.STATES``."""
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(64), default="")
    """Why paused, while that shows."""
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """The call that rings, talks or is wrapped up."""
    interrupted: Mapped[str | None] = mapped_column(String(64))
    """The call whose wrap-up goes on if nobody answers the one that rings."""
    station: Mapped[str] = mapped_column(String(16), default="softphone")
    proven: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The last readiness check: microphone, socket, echo, at."""
    word: Mapped[str] = mapped_column(String(16), default="closed")
    """closed, paused or ready: what shows again when the call is over."""
    word_reason: Mapped[str] = mapped_column(String(64), default="")
    over: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The present pause has lasted longer than its reason allows, and that was told."""
    fact_at: Mapped[datetime]
    """The newest fact taken in."""


class AgentStint(Record):
    """Projection: a stretch of time in one state; ``ended_at`` None is the present one."""

    __tablename__ = "agent_stint"
    __unaudited__: ClassVar[str] = "a projection of the journal"
    __table_args__ = (Index(None, "agent", "began_at"),)

    agent: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(64), default="")
    call_id: Mapped[str | None] = mapped_column(String(64))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
