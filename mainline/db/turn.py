"""On PostgreSQL too those who take hold of rows and those who tell facts go one after the other.

Facts are told in turn (``journal.append_all``). Who held a row and then waited for their turn would
be waited for by whoever has the turn and comes to that row: neither would ever go on. So the turn
comes first: with the first row that is held, changed or deleted by a statement, at the latest with
the first fact. New rows and changed objects that nobody has held wait for no turn.
"""

from typing import Any, Final

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, SessionTransaction
from sqlalchemy.orm import Session as SqlSession

_TURN: Final = text("SELECT pg_advisory_xact_lock(7106733)")
"""Held to the end of the transaction."""
_TAKEN: Final = "mainline_turn"


async def in_turn(session: AsyncSession) -> None:
    """Wait for whoever holds rows or tells facts: to the end of our transaction nobody else does.

    Asked before a judgement, it still holds when what was judged is written.
    """
    await session.run_sync(_take)


def go_in_turn(sessions: type[SqlSession]) -> None:
    """Let all sessions of this kind take their turn before they take hold of a row."""
    event.listen(sessions, "do_orm_execute", _before_holding)
    event.listen(sessions, "after_soft_rollback", _may_be_lost)


def _take(session: SqlSession) -> None:
    if session.get_bind().dialect.name == "postgresql" and _TAKEN not in session.info:
        session.connection().execute(_TURN)
        session.info[_TAKEN] = True


def _before_holding(asked: ORMExecuteState) -> None:
    if asked.is_update or asked.is_delete or _holds(asked.statement):
        _take(asked.session)


def _holds(statement: Any) -> bool:
    return getattr(statement, "_for_update_arg", None) is not None


def _may_be_lost(session: SqlSession, _transaction: SessionTransaction) -> None:
    """Taken within a savepoint, it is given back with it."""
    session.info.pop(_TAKEN, None)
