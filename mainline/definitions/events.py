"""Facts about definitions, subject ``definition:<kind>/<name>``."""

from mainline.journal import Event, event_kind


@event_kind("definition.published")
class DefinitionPublished(Event):
    """A version is in force from ``at`` on."""

    version: int
    by: str
    why: str = ""
