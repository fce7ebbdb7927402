"""Facts about definitions, subject ``definition:<kind>/<name>``."""

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind


@event_kind("definition.published")
class DefinitionPublished(Event):
    """A version is in force from ``valid_from`` on, or from ``at`` on."""

    version: int
    by: str
    why: str = ""
    valid_from: AwareDatetime | None = None


@event_kind("definition.withdrawn")
class DefinitionWithdrawn(Event):
    """A version that was to come into force will not."""

    version: int
    by: str
