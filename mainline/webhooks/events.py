"""Facts about webhooks, subject ``webhook:<id>``."""

from mainline.journal import Event, event_kind


def webhook_subject(webhook_id: int) -> str:
    """The journal's subject of a webhook."""
    return f"webhook:{webhook_id}"


class _Act(Event):
    by: str


@event_kind("webhook.made")
class WebhookMade(_Act):
    """Somebody is told of facts from now on."""

    name: str
    kinds: tuple[str, ...]
    private: bool


@event_kind("webhook.paused")
class WebhookPaused(_Act):
    """Nothing is told until it goes on; ``why`` empty: by hand."""

    why: str = ""


@event_kind("webhook.resumed")
class WebhookResumed(_Act):
    """It goes on where it stopped."""


@event_kind("webhook.secret_changed")
class WebhookSecretChanged(_Act):
    """The old secret signs nothing any more."""


@event_kind("webhook.replayed")
class WebhookReplayed(_Act):
    """A fact is told once more, or skipped."""

    delivery: str
    how: str = "again"


@event_kind("webhook.removed")
class WebhookRemoved(_Act):
    """Nobody is told any more."""

    name: str
