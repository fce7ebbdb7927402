"""What happens in a rehearsal: a checked shape, kept as data."""

from pathlib import Path
from typing import Annotated, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mainline.errors import Invalid, NotFound
from mainline.i18n import _
from mainline.text import LocalizedText

FOLDER: Final = Path(__file__).parent / "scenarios"
SUM_TOLERANCE: Final = 0.001

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Moment(_Part):
    """From this minute on, so many calls come in a minute (linear to the next moment)."""

    minute: float = Field(ge=0, le=240)
    calls_per_minute: float = Field(ge=0, le=600)


class Want(_Part):
    """Why somebody calls: the keys pressed, one group after each prompt, and whom they want.

    ``line`` is the place of the number among the pack's hotlines.
    """

    name: str
    share: Share
    keys: tuple[Annotated[str, Field(pattern=r"^[0-9*#]{1,12}$")], ...] = ()
    line: int = Field(default=0, ge=0, le=9)
    person: bool = True
    """Whether the caller waits for a person; others use the machine and go."""
    says: LocalizedText | None = None
    """What they tell the person; without words they are a tone."""


class Callers(_Part):
    """Who calls."""

    withheld: Share = 0.02
    unknown: Share = 0.08
    concentrated: Share = 0.0
    """Share of known callers who live in the same few places."""
    places: int = Field(default=3, ge=1, le=20)
    patience_s: Seconds = 120
    """Mean of an exponential distribution."""


class Crew(_Part):
    """Robot agents, with the mistakes of people. Zero robots: people answer."""

    robots: int = Field(default=4, ge=0, le=100)
    answer_s: Seconds = 2
    talk_s: Seconds = 30
    wrapup_s: Seconds = 8
    declines: Share = 0.01
    misses: Share = 0.01
    holds: Share = 0.1
    hangs_up: Share = 0.02
    """Share of conversations that the agent breaks off half-way."""
    says: LocalizedText | None = None
    """What agents say; without words they are a tone."""


class Scenario(_Part):
    """A rehearsal."""

    title: LocalizedText
    curve: tuple[Moment, ...] = Field(min_length=2, max_length=200)
    wants: tuple[Want, ...] = Field(min_length=1, max_length=30)
    callers: Callers = Callers()
    crew: Crew = Crew()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        minutes = [moment.minute for moment in self.curve]
        if minutes != sorted(set(minutes)):
            raise ValueError(_("the curve's minutes must rise"))
        if abs(sum(want.share for want in self.wants) - 1) > SUM_TOLERANCE:
            raise ValueError(_("the shares of what callers want must add up to 1"))
        return self

    @property
    def minutes(self) -> float:
        """How long calls come in."""
        return self.curve[-1].minute

    def sped_up(self, minutes: float) -> "Scenario":
        """The same number of calls a minute, but the curve squeezed into so many minutes."""
        by = minutes / self.minutes
        curve = tuple(m.model_copy(update={"minute": m.minute * by}) for m in self.curve)
        return self.model_copy(update={"curve": curve})


def names() -> list[str]:
    """The scenarios that come with Mainline."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> Scenario:
    """A scenario by its name, or by the path of a file; refused with the place of the mistake."""
    path = Path(name) if name.endswith(".yaml") else FOLDER / f"{Path(name).name}.yaml"
    if not path.is_file():
        raise NotFound(_("There is no scenario %(name)s.", name=name))
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or path.name
        raise Invalid(f"{place}: {first['msg']}") from None
