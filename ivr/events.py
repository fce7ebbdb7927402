"""Facts about prompts, subject ``prompt:<language>``. The words themselves stand in the menus."""

from mainline.journal import Event, event_kind


@event_kind("prompt.recorded")
class PromptRecorded(Event):
    """A recording takes the place of the made voice, from the next call on."""

    by: str
    file: str
    seconds: float


@event_kind("prompt.removed")
class PromptRemoved(Event):
    """The made voice speaks again."""

    by: str
    file: str
