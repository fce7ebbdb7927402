"""What the forms of the campaign pages send."""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crm.campaigns.selection import Selection
from mainline.errors import Invalid


class CampaignForm(BaseModel):
    """A new campaign."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=64)
    theme: str = Field(default="", max_length=200)
    source: str = Field(max_length=16)
    type: str = Field(default="", max_length=32)
    days: int = Field(default=30, ge=1, le=366)
    percent: int = Field(default=10, ge=1, le=100)
    least_yuan: int = Field(default=1, ge=1, le=1_000_000)
    outage_id: str = Field(default="", pattern=r"^\d{0,12}$")
    quota: int = Field(default=0, ge=0, le=100_000)
    questionnaire: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,31})?$")
    agents: str = Field(default="", max_length=400)
    queue: str = Field(default="service", pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    leads: bool = False
    text_zh: str = Field(default="", max_length=1000)
    text_en: str = Field(default="", max_length=1000)

    @property
    def selection(self) -> Selection:
        """Whom it calls."""
        try:
            return Selection.model_validate(
                {
                    "source": self.source,
                    "types": (self.type,) if self.type else (),
                    "days": self.days,
                    "percent": self.percent,
                    "least_fen": self.least_yuan * 100,
                    "outage_id": int(self.outage_id) if self.outage_id else None,
                }
            )
        except ValidationError as error:
            raise Invalid("source") from error

    @property
    def agent_numbers(self) -> list[str]:
        """Who may take its tasks."""
        return [one for one in self.agents.replace(",", " ").split() if one.isdecimal()]


NewCampaign = Annotated[CampaignForm, Form()]
