"""Promises of service in words: what is promised, how late it was, where to look."""

from collections.abc import Mapping
from typing import Final

from crm.standards.judging import Case
from crm.standards.rules import Standard
from mainline.i18n import Text, _

SOURCES: Final[Mapping[str, Text]] = {
    "law": Text("Law and standards"),
    "city": Text("City"),
    "company": Text("Company"),
}
_HOUR: Final = 3600


def target(standard: Standard) -> str:
    """What is promised, in figures."""
    parts = []
    if standard.limit_s is not None:
        parts.append(length(standard.limit_s))
    if standard.share is not None:
        parts.append(f"≥ {standard.share * 100:g} %")
    return " · ".join(parts)


def length(seconds: float) -> str:
    """Seconds, minutes or hours, as people say it."""
    whole = round(seconds)
    if whole < 2 * 60:
        return _("%(count)s s", count=whole)
    if whole < 2 * _HOUR:
        return _("%(count)s min", count=round(whole / 60))
    return _("%(count)s h", count=f"{whole / _HOUR:.1f}".removesuffix(".0"))


def link(case: Case) -> str:
    """Where it can be looked at; empty when there is no page of it."""
    if case.kind == "call":
        return f"/calls/{case.reference}"
    return f"/work-orders/{case.reference}" if not case.reference.startswith("#") else ""
