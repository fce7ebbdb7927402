"""Facts about articles, subject ``article:<id>``."""

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind


def article_subject(article_id: int) -> str:
    """The journal's subject of an article."""
    return f"article:{article_id}"


class _Act(Event):
    version: int
    by: str


@event_kind("article.kept")
class ArticleKept(_Act):
    """A draft was written, or written on."""


@event_kind("article.submitted")
class ArticleSubmitted(_Act):
    """Somebody else is to approve it."""


@event_kind("article.returned")
class ArticleReturned(_Act):
    """It is a draft again: it was not approved, or taken back."""

    note: str = ""


@event_kind("article.published")
class ArticlePublished(_Act):
    """It was approved, by somebody who did not write it."""

    author: str
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None


@event_kind("article.discarded")
class ArticleDiscarded(_Act):
    """A draft was thrown away."""


@event_kind("article.retired")
class ArticleRetired(_Act):
    """It is shown to nobody from now on."""

    reason: str
