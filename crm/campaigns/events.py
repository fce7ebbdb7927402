"""Facts about campaigns: subjects ``campaign:``, ``campaign_task:`` and ``do_not_call:<id>``."""

from mainline.journal import Event, event_kind


@event_kind("campaign.changed")
class CampaignChanged(Event):
    """A leader made it, started it, paused it or ended it."""

    state: str
    by: str


@event_kind("campaign.task_taken")
class TaskTaken(Event):
    """An agent sees whom to call next."""

    agent: str


@event_kind("campaign.task_returned")
class TaskReturned(Event):
    """The lease ended without a result, or the agent gave it back."""

    agent: str


@event_kind("campaign.dialled")
class TaskDialled(Event):
    """The machine is about to call; written before Asterisk is asked."""

    attempt: int
    call_id: str


@event_kind("campaign.attempted")
class TaskAttempted(Event):
    """That attempt is over."""

    attempt: int
    call_id: str
    outcome: str


@event_kind("campaign.task_done")
class TaskDone(Event):
    """It has its result."""

    result: str
    by: str
    satisfied: bool | None = None


@event_kind("do_not_call.changed")
class DoNotCallChanged(Event):
    """A number came onto the list, or was taken off it."""

    listed: bool
    source: str
    by: str
