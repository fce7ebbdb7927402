"""What happened to the data folder as a whole."""

from mainline.journal.event import Event, event_kind


@event_kind("demo.loaded")
class DemoLoaded(Event):
    """The demo town is in the database. Subject is ``demo``."""

    pack: str
