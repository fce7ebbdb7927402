"""Statements that are put together once and asked many times.

What SQLAlchemy needs to put a statement together, and to find out that it is an old one, is nearly
half of what a short statement costs. What a page asks therefore stands beside the functions, with
names for what changes.
"""

from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam


def any_of(name: str) -> BindParameter[Any]:
    """One of those that are handed in under this name, as a list: ``column.in_(any_of("ids"))``."""
    return bindparam(name, expanding=True)


def at_most(name: str = "limit") -> BindParameter[int]:
    """So many rows as are handed in under this name: ``.limit(at_most())``."""
    return bindparam(name, type_=Integer())
