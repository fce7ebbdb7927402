"""The questions that callers are asked after a call, as the company defines them. Pure."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

SCORE_MAX = 10


class Answer(BaseModel):
    """A key and what it is worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[1-9]$")
    score: int = Field(ge=0, le=SCORE_MAX)
    label: LocalizedText


class Question(BaseModel):
    """Spoken as one sentence that names its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    text: LocalizedText
    answers: tuple[Answer, ...] = Field(min_length=2, max_length=9)

    def score(self, key: str) -> int | None:
        """What this key is worth; None for a key that means nothing here."""
        return next((one.score for one in self.answers if one.key == key), None)


class Survey(BaseModel):
    """Which queues' callers are asked, every how many calls, and what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queues: dict[str, int] = Field(max_length=100)
    """Queue to N: each Nth caller is asked. A queue that is not named is never asked."""
    questions: tuple[Question, ...] = Field(min_length=1, max_length=5)
    thanks: LocalizedText
    attempts: int = Field(default=2, ge=1, le=3)
    timeout_s: float = Field(default=5, ge=2, le=15)
    low: int = Field(ge=0, le=SCORE_MAX)
    """An answer worth so much or less is a low rating: somebody calls the customer."""

    def is_turn(self, queue: str, count: int) -> bool:
        """Whether the ``count``-th finished call of this queue, from 1, is asked."""
        every = self.queues.get(queue, 0)
        return every > 0 and count % every == 0

    def is_low(self, scores: Mapping[str, int]) -> bool:
        """Whether any answer is one that worries."""
        return any(score <= self.low for score in scores.values())


def problems(survey: Survey) -> list[Problem]:
    """Keys or names used twice, numbers that mean nothing, a low mark that all or none reach."""
    return [*_queue_problems(survey), *_question_problems(survey)]


def _queue_problems(survey: Survey) -> Iterator[Problem]:
    for queue, every in survey.queues.items():
        if not 1 <= every <= 1000:  # noqa: PLR2004 - rarer is off
            words = Text("Each how many calls: 1 to 1000.")
            yield Problem("error", "every", queue, words)


def _question_problems(survey: Survey) -> Iterator[Problem]:
    names = [question.name for question in survey.questions]
    for question in survey.questions:
        keys = [one.key for one in question.answers]
        if names.count(question.name) > 1 or len(set(keys)) != len(keys):
            words = Text("The name or a key is used twice.")
            yield Problem("error", "twice", question.name, words)
        low = {one.score <= survey.low for one in question.answers}
        if low == {True}:
            words = Text("Every answer would count as low.")
            yield Problem("error", "low", question.name, words)
