"""What may be requested, as the company defines it: papers, checks, approvals, fees. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from crm.billing.rules import DayOfYear
from crm.catalog.fields import FormField
from mainline.definitions import Problem
from mainline.errors import NotFound
from mainline.i18n import Text
from mainline.permissions import Permission, Rights
from mainline.text import LocalizedText

Effect = Literal[
    "connect", "transfer", "split", "merge", "demolish",
    "suspend", "resume", "disconnect", "area", "use",
]  # fmt: skip
"""What becomes of the archive when all is done."""
Need = Literal["account", "person", "other_account", "address", "area_m2", "use"]
NEEDS: Final[dict[Effect, tuple[Need, ...]]] = {
    "connect": ("address", "area_m2"),
    "transfer": ("account", "person"),
    "split": ("account", "person", "address", "area_m2"),
    "merge": ("account", "other_account"),
    "demolish": ("account",),
    "suspend": ("account",),
    "resume": ("account",),
    "disconnect": ("account",),
    "area": ("account", "area_m2"),
    "use": ("account", "use"),
}
"""What has to be known for it, whatever else the company asks for."""
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
FEN_MAX: Final = 100_000_000
ORDERS_MAX: Final = 10


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(_Shape):
    """A paper that is handed in."""

    code: Code
    name: LocalizedText
    required: bool = True


class Check(_Shape):
    """Something that has to be so before it can be asked for, and still when it is approved."""

    check: Literal["status", "no_arrears", "before_season", "no_open_orders"]
    status: tuple[Literal["active", "suspended", "closed"], ...] = ()
    """One of these: for ``status``."""
    days: int = Field(default=0, ge=0, le=180)
    """So long before the first season in which it counts begins: for ``before_season``."""


class Approval(_Shape):
    """Somebody who holds this role agrees, and is not who asked."""

    role: str = Field(min_length=1, max_length=32)
    label: LocalizedText


class Fee(_Shape):
    """``percent`` of a fixed sum and a sum for each square metre."""

    code: Code
    name: LocalizedText
    fen: int = Field(default=0, ge=0, le=FEN_MAX)
    fen_per_m2: int = Field(default=0, ge=0, le=FEN_MAX)
    percent: int = Field(default=100, ge=0, le=1000)

    def amount_fen(self, area_m2: int) -> int:
        """Rounded half up to the fen, once."""
        exact = Decimal((self.fen + self.fen_per_m2 * area_m2) * self.percent) / 100
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


class FollowingOrder(_Shape):
    """A work order that is opened when all have agreed; the request waits until it is done."""

    type: Code
    summary: LocalizedText | None = None


class RequestKind(_Shape):
    """Something that can be requested."""

    code: Code
    name: LocalizedText
    effect: Effect
    documents: tuple[Document, ...] = Field(default=(), max_length=20)
    fields: tuple[FormField, ...] = Field(default=(), max_length=20)
    checks: tuple[Check, ...] = Field(default=(), max_length=10)
    approvals: tuple[Approval, ...] = Field(default=(), max_length=5)
    fees: tuple[Fee, ...] = Field(default=(), max_length=20)
    orders: tuple[FollowingOrder, ...] = Field(default=(), max_length=ORDERS_MAX)


class Season(_Shape):
    """When there is heating."""

    begins: DayOfYear
    ends: DayOfYear

    def next_after(self, day: date) -> date:
        """The first day of the season that comes next, or of the one that runs."""
        over_new_year = self.ends < self.begins
        for year in (day.year - 1, day.year):
            last = date.fromisoformat(f"{year + over_new_year:04}-{self.ends}")
            if last >= day:
                return date.fromisoformat(f"{year:04}-{self.begins}")
        return date.fromisoformat(f"{day.year + 1:04}-{self.begins}")

    def last_of(self, first: date) -> date:
        """The last day of the season that begins then."""
        return date.fromisoformat(f"{first.year + (self.ends < self.begins):04}-{self.ends}")


class LifeCycle(_Shape):
    """All that can be requested. A request finishes under the version it was made under."""

    season: Season | None = None
    kinds: tuple[RequestKind, ...] = Field(min_length=1, max_length=50)

    def kind(self, code: str) -> RequestKind:
        """The one with this code."""
        found = next((one for one in self.kinds if one.code == code), None)
        if found is None:
            raise NotFound("request-kind")
        return found


def problems(body: LifeCycle) -> Sequence[Problem]:
    """What the shape cannot see."""
    return [*_codes(body), *(each for kind in body.kinds for each in _kind(body, kind))]


def _codes(body: LifeCycle) -> Iterator[Problem]:
    named = [("", kind.code) for kind in body.kinds]
    for kind in body.kinds:
        named += [(f"{kind.code}/documents", one.code) for one in kind.documents]
        named += [(f"{kind.code}/fees", one.code) for one in kind.fees]
        named += [(f"{kind.code}/fields", one.name) for one in kind.fields]
    for where, code in sorted({one for one in named if named.count(one) > 1}):
        yield Problem("error", "twice", f"{where}/{code}", Text("The code is used twice."))


def _kind(body: LifeCycle, kind: RequestKind) -> Iterator[Problem]:
    if not kind.approvals:
        words = Text("Nobody has to agree to this.")
        yield Problem("warning", "no-approval", kind.code, words)
    for check in kind.checks:
        where = f"{kind.code}/{check.check}"
        if check.check == "before_season" and body.season is None:
            yield Problem("error", "no-season", where, Text("No season is defined."))
        if (check.check == "status") != bool(check.status):
            words = Text("A check of the status names statuses, and only that one.")
            yield Problem("error", "status", where, words)


def role_problems(body: LifeCycle, rights: Rights) -> Sequence[Problem]:
    """Approvals by a role that is not there, or may not decide."""
    words = Text("Nobody with this role may decide about requests.")
    return [
        Problem("error", "role", f"{kind.code}/{approval.role}", words)
        for kind in body.kinds
        for approval in kind.approvals
        if Permission.DECIDE_REQUESTS not in rights.get(approval.role, frozenset())
    ]


FILE: Final = "life_cycle.yaml"
