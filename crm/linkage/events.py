"""Facts about rules, subject ``rule:<code>``."""

from mainline.journal import Event, event_kind


@event_kind("rule.fired")
class RuleFired(Event):
    """A rule did something, found nothing to do, or could not do it."""

    rule: str
    version: int
    act: str
    outcome: str
    result: str
    work_order: str = ""
    request: str = ""
    account_id: int | None = None
