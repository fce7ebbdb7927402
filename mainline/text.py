"""Text that data files carry in both languages."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

_Filled = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class LocalizedText(BaseModel):
    """The same words in Chinese and in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: _Filled
    en: _Filled

    def to(self, locale: Literal["zh_CN", "en", "zh"]) -> str:
        """The words in that language."""
        return self.en if locale == "en" else self.zh
