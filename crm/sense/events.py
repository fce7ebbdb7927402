"""Facts about outages: subject ``outage_candidate:<id>`` while suspected, then ``outage:<id>``."""

from mainline.journal import Event, event_kind


@event_kind("outage.suspected")
class OutageSuspected(Event):
    """Worker. Calls from an area are more than chance."""

    area: str
    class_code: str
    callers: int
    expected: float


@event_kind("outage.confirmed")
class OutageConfirmed(Event):
    """Leader. It is one; callers from there hear it first."""

    area: str
    class_code: str
    outage_id: int
    work_order: str = ""
    joined: int = 0
    by: str


@event_kind("outage.rejected")
class OutageRejected(Event):
    """Leader. It is none."""

    area: str
    class_code: str
    note: str
    by: str


@event_kind("outage.suspicion_ended")
class OutageSuspicionEnded(Event):
    """Worker. Nobody calls about it any more: it was nothing."""

    area: str
    class_code: str


@event_kind("outage.ended")
class OutageEnded(Event):
    """Leader. Supply is back; those who asked for it will be called."""

    by: str
    to_call: int = 0


@event_kind("outage.call_asked")
class OutageCallAsked(Event):
    """Gateway or desk. Somebody wants to be called when it is over."""

    call_id: str = ""
