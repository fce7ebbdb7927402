"""Prices and rules as the company words them, by class of customer: spoken and shown."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ivr.menu import Name, Shape
from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

TOPICS_MAX = 8
"""As many as keys can offer; 9 and 0 are taken."""


class Wording(Shape):
    """What customers of these classes hear; no class: everybody else."""

    classes: tuple[str, ...] = Field(default=(), max_length=20)
    text: LocalizedText


class Topic(Shape):
    """A matter people ask about: prices, days of payment, refunds."""

    id: Name
    title: LocalizedText
    wordings: tuple[Wording, ...] = Field(min_length=1, max_length=20)

    def of(self, customer_class: str) -> LocalizedText | None:
        """The words for that class; None when they are not meant for it."""
        named = (one.text for one in self.wordings if customer_class in one.classes)
        rest = (one.text for one in self.wordings if not one.classes)
        return next(named, None) or next(rest, None)


class Policies(Shape):
    """All topics, in the order in which they are offered."""

    topics: tuple[Topic, ...] = Field(default=(), max_length=TOPICS_MAX)

    def of(self, customer_class: str) -> list[tuple[Topic, LocalizedText]]:
        """The topics that concern a class, with their words."""
        found = ((topic, topic.of(customer_class)) for topic in self.topics)
        return [(topic, text) for topic, text in found if text is not None]


def problems(policies: Policies) -> Sequence[Problem]:
    """A topic twice, or a class that would hear two things."""
    found: list[Problem] = []
    ids = [topic.id for topic in policies.topics]
    for topic in policies.topics:
        if ids.count(topic.id) > 1:
            words = Text("Stands here twice.")
            found.append(Problem("error", "topic-twice", topic.id, words))
        classes = [name for one in topic.wordings for name in one.classes or ("",)]
        if len(classes) != len(set(classes)):
            words = Text("Has two wordings for one class.")
            found.append(Problem("error", "class-twice", topic.id, words))
    return found
