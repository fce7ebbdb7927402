"""A voice whose sounds are their own texts: what was heard can be read."""

from collections.abc import Sequence

from ivr.say import Language
from ivr.talk import Sound


class FakeVoice:
    async def sounds(self, texts: Sequence[str], language: Language) -> list[Sound]:
        return [Sound(text, 1.0) for text in texts]
