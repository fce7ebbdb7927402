"""The rule by which recordings are deleted: a definition the company publishes."""

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Kind, register


class RetentionRule(BaseModel):
    """How many days recordings are kept. Those marked as kept are never deleted by rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answered_days: int = Field(default=1095, ge=30, le=36500)
    """Talks with an agent."""
    other_days: int = Field(default=180, ge=1, le=36500)
    """Calls that no agent answered."""


RETENTION = register(Kind("recording_retention", RetentionRule))
