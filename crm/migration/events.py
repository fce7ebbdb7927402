"""Facts about imports, subject ``import:<id>``: who brought what in, and what came of it."""

from mainline.journal import Event, event_kind


@event_kind("import.begun")
class ImportBegun(Event):
    """Files were looked through and begin to come in."""

    by: str
    mapping: str
    mapping_version: int
    files: tuple[str, ...]
    """Name and hash of each."""


@event_kind("import.finished")
class ImportFinished(Event):
    """All rows were read; ``imported`` and ``refused`` by table."""

    by: str
    imported: dict[str, int]
    refused: dict[str, int]
    agreed: bool | None = None
    """Whether the old system's totals were met to the fen; None: it told none."""
