"""Words that mean the same in the company's trade: the definition ``knowledge_words/company``."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mainline.definitions import Kind, Problem, register
from mainline.i18n import Text

FILE: Final = "knowledge_words.yaml"
Word = Annotated[
    str, StringConstraints(min_length=1, max_length=32, strip_whitespace=True, to_lower=True)
]


class KnowledgeWords(BaseModel):
    """Groups of words; whoever looks for one finds the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    same: tuple[Annotated[tuple[Word, ...], Field(min_length=2, max_length=12)], ...] = Field(
        default=(), max_length=300
    )

    def alike(self, word: str) -> list[str]:
        """The other words for it."""
        return [each for group in self.same if word in group for each in group if each != word]


def problems(words: KnowledgeWords) -> Sequence[Problem]:
    """A word in two groups would make all of both the same."""
    seen: set[str] = set()
    found: list[Problem] = []
    for group in words.same:
        for word in group:
            if word in seen:
                text = Text("The word stands in two groups.")
                found.append(Problem("error", "twice", word, text))
            seen.add(word)
    return found


NONE: Final = KnowledgeWords()
KNOWLEDGE_WORDS: Final = register(Kind("knowledge_words", KnowledgeWords, problems))
