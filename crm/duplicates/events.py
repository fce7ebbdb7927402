"""Facts about records that were one, subject ``customer:<id>`` or ``premise:<id>``: who stays."""

from mainline.journal import Event, event_kind


def kept_subject(kind: str, kept_id: int) -> str:
    """The journal's subject of the record that stays."""
    return f"{kind}:{kept_id}"


class _Decision(Event):
    what: str
    """customer or premise."""
    other_id: int
    by: str
    note: str = ""


@event_kind("duplicate.merged")
class DuplicateMerged(_Decision):
    """The other record is the same one; what hung on it hangs here now."""

    accounts: tuple[int, ...] = ()


@event_kind("duplicate.parted")
class DuplicateParted(_Decision):
    """The merging was a mistake and is undone."""


@event_kind("duplicate.dismissed")
class DuplicateDismissed(_Decision):
    """They are two, whatever they have in common."""
