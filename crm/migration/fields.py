"""The tables that can be brought in, in this order, and what may be told about each row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Table = Literal["places", "customers", "meters", "bills", "payments", "orders", "totals"]
Sort = Literal["number", "text", "day", "moment", "money", "count", "phones", "identity", "word"]


@dataclass(frozen=True, slots=True)
class Field:
    """``longest`` in characters; ``words``: the only ones allowed, where there is a choice."""

    sort: Sort
    required: bool = False
    longest: int = 200
    words: frozenset[str] = frozenset()


def _word(*words: str, required: bool = False) -> Field:
    return Field("word", required, words=frozenset(words))


_ACCOUNT: Final = Field("number", required=True, longest=20)
TABLES: Final[Mapping[Table, Mapping[str, Field]]] = {
    "places": {
        "district": Field("text", required=True, longest=64),
        "street": Field("text", longest=64),
        "community": Field("text", required=True, longest=64),
        "aliases": Field("text"),
    },
    "customers": {
        "account": _ACCOUNT,
        "name": Field("text", required=True, longest=64),
        "address": Field("text", required=True, longest=120),
        "phones": Field("phones"),
        "identity": Field("identity"),
        "class": _word("residential", "commercial", "public", "industrial"),
        "status": _word("active", "suspended", "closed"),
        "area_m2": Field("count"),
        "notes": Field("text", longest=2000),
    },
    "meters": {
        "number": Field("number", required=True, longest=24),
        "account": _ACCOUNT,
        "unit": _word("m3", "t", "kwh", "gj"),
        "digits": Field("count"),
        "removed_on": Field("day"),
        "reading": Field("count"),
        "read_on": Field("moment"),
    },
    "bills": {
        "account": _ACCOUNT,
        "period": Field("text", longest=16),
        "issued_on": Field("day", required=True),
        "due_on": Field("day"),
        "amount": Field("money", required=True),
        "paid": Field("money"),
    },
    "payments": {
        "account": _ACCOUNT,
        "paid_at": Field("moment", required=True),
        "amount": Field("money", required=True),
        "channel": _word("counter", "bank", "wechat", "alipay", "field", required=True),
    },
    "orders": {
        "number": Field("number", required=True, longest=20),
        "account": _ACCOUNT,
        "type": Field("text", required=True, longest=32),
        "opened_at": Field("moment", required=True),
        "closed_at": Field("moment"),
        "summary": Field("text", longest=2000),
        "contact": Field("text", longest=64),
    },
    "totals": {
        "item": _word(
            "places", "customers", "meters", "bills", "paid", "open", "payments", "orders",
            required=True,
        ),
        "count": Field("count"),
        "amount": Field("money"),
    },
}  # fmt: skip
