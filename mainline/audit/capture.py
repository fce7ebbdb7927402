"""Sees every change that a unit of work makes, and writes them into the log as it commits.

Objects are seen as they are flushed; statements (``update(Model)``, ``delete(Model)``) are asked
before and after for the rows they touch. One entry of the log for each row, or one for many new
rows of a table at once. All of it is two statements a unit of work that changed
something, and none for others.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Delete, Insert, Select, Update, event, inspect, select, tuple_
from sqlalchemy.engine import Result
from sqlalchemy.orm import Mapper, ORMExecuteState
from sqlalchemy.orm import Session as SqlSession
from sqlalchemy.orm.session import SessionTransaction

from mainline.audit.models import DELETE, INSERT, LOAD, UPDATE
from mainline.audit.rows import audited, columns, counts, key_of, mapper_of, plain_row
from mainline.audit.writing import Change, continue_chain, gathered, summary
from mainline.db import Session

_PENDING: Final = "audit_pending"
_BEFORE: Final = "audit_before"
_MARKS: Final = "audit_marks"
_UNKNOWN: Final = object()


class Unauditable(RuntimeError):
    """A statement whose rows cannot be told; write it in another way."""


def _pending(session: SqlSession) -> list[Change]:
    found: list[Change] = session.info.setdefault(_PENDING, [])
    return found


# --- objects ---------------------------------------------------------------------------------


@event.listens_for(Session, "before_flush")
def _remember(session: SqlSession, _context: object, _instances: object) -> None:
    """What the rows were that are about to change."""
    changed = [row for row in session.dirty if _is_audited(row) and session.is_modified(row)]
    gone = [row for row in session.deleted if _is_audited(row)]
    session.info[_BEFORE] = [
        *((UPDATE, row, _old(session, row)) for row in changed),
        *((DELETE, row, _whole(session, row)) for row in gone),
    ]


@event.listens_for(Session, "after_flush")
def _note(session: SqlSession, _context: object) -> None:
    """What they have become; new rows have their keys by now."""
    pending = _pending(session)
    for row in session.new:
        mapper = _mapper(row)
        if audited(mapper) and not hasattr(mapper.class_, "__audited__"):
            values = _made(session, row)
            pending.append(Change(INSERT, mapper, key_of(mapper, values), {},
                                  plain_row(mapper, values)))  # fmt: skip
    for action, row, old in session.info.pop(_BEFORE, ()):
        values = _values(session, row, old) if action == UPDATE else old
        pending.extend(_change(_mapper(row), action, old, values))


def _change(
    mapper: Mapper[Any], action: str, old: dict[str, Any], values: dict[str, Any]
) -> Iterator[Change]:
    was, key = plain_row(mapper, old), key_of(mapper, values)
    if action == DELETE:
        yield Change(DELETE, mapper, key, was, {})
        return
    now_is = plain_row(mapper, {name: values[name] for name in old})
    names = [
        column.name
        for name, column in columns(mapper)
        if name in old and old[name] != values[name] and counts(mapper, column)
    ]
    if names:
        yield Change(
            UPDATE, mapper, key,
            {name: was.get(name) for name in names}, {name: now_is.get(name) for name in names},
        )  # fmt: skip


def _mapper(row: object) -> Mapper[Any]:
    return inspect(row).mapper  # type: ignore[no-any-return]


def _is_audited(row: object) -> bool:
    return audited(_mapper(row))


def _old(session: SqlSession, row: object) -> dict[str, Any]:
    """The values before, of the columns that are about to change."""
    state: Any = inspect(row)
    names = [each.key for each in _mapper(row).column_attrs if each.key not in state.unmodified]
    known = {name: state.attrs[name].history.deleted for name in names}
    found = {name: values[0] for name, values in known.items() if values}
    missing = [name for name in names if name not in found]
    return found | (_stored(session, row, missing) if missing else {})


def _whole(session: SqlSession, row: object) -> dict[str, Any]:
    return _values(session, row, [each.key for each in _mapper(row).column_attrs])


def _values(session: SqlSession, row: object, names: Iterable[str]) -> dict[str, Any]:
    """Present values of these columns and of the key; what is not loaded is asked for."""
    state: Any = inspect(row)
    mapper = _mapper(row)
    keys = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
    found = {name: state.dict.get(name, _UNKNOWN) for name in (*keys, *names)}
    missing = [name for name, value in found.items() if value is _UNKNOWN]
    return found | (_stored(session, row, missing) if missing else {})


def _made(session: SqlSession, row: object) -> dict[str, Any]:
    """A new row; what nobody gave is empty, unless the database gave it."""
    state: Any = inspect(row)
    found = {name: state.dict.get(name) for name, _column in columns(_mapper(row))}
    given = [
        name
        for name, column in columns(_mapper(row))
        if name in state.expired_attributes or (found[name] is None and column.server_default)
    ]
    return found | (_stored(session, row, given) if given else {})


def _stored(session: SqlSession, row: object, names: Sequence[str]) -> dict[str, Any]:
    """What stands in the database; asked beside the session, which is in the middle of a flush."""
    mapper, state = _mapper(row), inspect(row)  # type: Mapper[Any], Any
    key = {mapper.get_property_by_column(each).key: each for each in mapper.primary_key}
    wanted = select(*(getattr(mapper.class_, name).label(name) for name in names)).where(
        *(column == state.dict[name] for name, column in key.items())
    )
    found = session.connection().execute(wanted).mappings().first()
    return dict(found or {})


def loaded(session: SqlSession, model: type[Any], count: int, digest: str) -> None:
    """Many new rows went into the table past the session, in this transaction."""
    told = {"rows": count, "sha256": digest}
    _pending(session).append(Change(LOAD, inspect(model), "", {}, told))


# --- statements ------------------------------------------------------------------------------


@event.listens_for(Session, "do_orm_execute")
def _statement(state: ORMExecuteState) -> Result[Any] | None:
    """An insert, update or delete of many rows at once."""
    statement = state.statement
    if not isinstance(statement, Insert | Update | Delete):
        return None
    mapper = mapper_of(str(getattr(statement.table, "name", "")))
    if mapper is None or not audited(mapper):
        return None
    if isinstance(statement, Insert):
        return _inserted(state, mapper, statement)
    return _touched(state, mapper, statement)


def _inserted(state: ORMExecuteState, mapper: Mapper[Any], statement: Insert) -> Result[Any]:
    given = state.parameters or statement.compile().params
    rows = list(given) if isinstance(given, list | tuple) else [given]
    result: Any = state.invoke_statement()
    count = len(rows) if statement.select is None else result.rowcount
    if count:
        _pending(state.session).append(Change(LOAD, mapper, "", {}, summary(count, rows)))
    return result  # type: ignore[no-any-return]


def _touched(
    state: ORMExecuteState, mapper: Mapper[Any], statement: Update | Delete
) -> Result[Any]:
    if statement.whereclause is None and isinstance(state.parameters, list | tuple):
        raise Unauditable(f"give objects or a condition: {mapper.class_.__name__}")
    state.session.flush()
    whole = _select(mapper)
    if statement.whereclause is not None:
        whole = whole.where(statement.whereclause)
    before = _read(state.session, mapper, whole.with_for_update(), state.parameters)
    result: Any = state.invoke_statement()
    deleted = isinstance(statement, Delete)
    after = {} if deleted else _read(state.session, mapper, _of_keys(mapper, before.values()))
    for key, old in before.items():
        action, new = (DELETE, old) if deleted else (UPDATE, after[key])
        _pending(state.session).extend(_change(mapper, action, old, new))
    return result  # type: ignore[no-any-return]


def _select(mapper: Mapper[Any]) -> Select[Any]:
    return select(*(column.label(name) for name, column in columns(mapper)))


def _of_keys(mapper: Mapper[Any], rows: Iterable[dict[str, Any]]) -> Select[Any]:
    names = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
    keys = [tuple(row[name] for name in names) for row in rows]
    return _select(mapper).where(tuple_(*mapper.primary_key).in_(keys))


def _read(
    session: SqlSession, mapper: Mapper[Any], wanted: Select[Any], parameters: Any = None
) -> dict[str, dict[str, Any]]:
    found = session.connection().execute(wanted, parameters or {}).mappings()
    return {key_of(mapper, row): dict(row) for row in map(dict, found)}


# --- transactions ----------------------------------------------------------------------------


@event.listens_for(Session, "after_transaction_create")
def _mark(session: SqlSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(_pending(session))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: SqlSession, transaction: SessionTransaction) -> None:
    """What a savepoint took back has not happened."""
    mark = session.info.get(_MARKS, {}).pop(transaction, None)
    if mark is not None:
        del _pending(session)[mark:]


@event.listens_for(Session, "before_commit")
def _write(session: SqlSession) -> None:
    """Continue the chain, last of all: nobody is kept waiting for longer than a commit takes."""
    if session.in_nested_transaction():
        return
    session.flush()
    changes = session.info.pop(_PENDING, [])
    if changes:
        continue_chain(session, gathered(changes))
