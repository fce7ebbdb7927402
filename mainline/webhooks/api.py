"""``/api/webhooks``: who is told of facts."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mainline.permissions import Permission
from mainline.secrets import Secrets
from mainline.web import Config, Page, ReadSession, Who, WriteSession, allow
from mainline.webhooks import rules, service
from mainline.webhooks.models import Webhook, WebhookDelivery

router = APIRouter(
    prefix="/webhooks", tags=["webhooks"], dependencies=[allow(Permission.ADMINISTER)]
)
Id = Annotated[int, Path(ge=1, le=2**31)]


class WebhookWrite(BaseModel):
    """Who is to be told of what."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=rules.NAME_CHARS_MAX)
    url: str = Field(min_length=8, max_length=rules.URL_CHARS_MAX)
    kinds: list[Annotated[str, Field(max_length=64)]] = Field(
        min_length=1, max_length=rules.KINDS_MAX
    )
    private: bool = False


class WebhookRead(BaseModel):
    """A receiver; ``why_paused`` empty: by hand."""

    id: int
    name: str
    url: str
    kinds: list[str]
    private: bool
    paused_at: AwareDatetime | None
    why_paused: str
    waiting: int = 0

    @classmethod
    def of(cls, row: Webhook, waiting: int = 0) -> "WebhookRead":
        """As the table has it."""
        values = {name: getattr(row, name) for name in cls.model_fields if name != "waiting"}
        return cls(**values, waiting=waiting)


class WebhookSecretRead(WebhookRead):
    """With the secret that signs what it is told; shown here only."""

    secret: str


class DeliveryRead(BaseModel):
    """One fact told, or to be told."""

    id: int
    delivery: str
    kind: str
    subject: str
    state: str
    attempts: int
    answer: str
    took_ms: int
    next_at: AwareDatetime
    done_at: AwareDatetime | None

    @classmethod
    def of(cls, row: WebhookDelivery) -> "DeliveryRead":
        """As the table has it."""
        values = {name: getattr(row, name) for name in cls.model_fields if name != "delivery"}
        return cls(**values, delivery=rules.delivery_id(row.webhook_id, row.entry_id))


def _with_secret(row: Webhook, config: Config) -> WebhookSecretRead:
    secret = rules.secret_of(Secrets.load_or_create(config.home).session, row.salt)
    return WebhookSecretRead(**WebhookRead.of(row).model_dump(), secret=secret)


@router.get("")
async def webhooks(session: ReadSession) -> Page[WebhookRead]:
    """All receivers."""
    waiting = await service.waiting(session)
    rows = await service.all_of_them(session)
    return Page(items=[WebhookRead.of(row, waiting.get(row.id, 0)) for row in rows])


@router.get("/kinds")
async def kinds() -> list[str]:
    """Every kind of fact that can be told."""
    return service.known_kinds()


@router.post("", status_code=201)
async def make(
    body: WebhookWrite, session: WriteSession, who: Who, config: Config
) -> WebhookSecretRead:
    """Tell somebody of what happens from now on."""
    row = await service.make(session, config, **body.model_dump(), by=who.agent_number or who.name)
    return _with_secret(row, config)


@router.post("/{webhook_id}/secret")
async def change_secret(
    webhook_id: Id, session: WriteSession, who: Who, config: Config
) -> WebhookSecretRead:
    """Another secret; the old one signs nothing any more."""
    row = await service.change_secret(session, webhook_id, by=who.agent_number or who.name)
    return _with_secret(row, config)


@router.post("/{webhook_id}/pause")
async def pause(webhook_id: Id, session: WriteSession, who: Who) -> WebhookRead:
    """Tell nothing for now."""
    by = who.agent_number or who.name
    return WebhookRead.of(await service.pause(session, webhook_id, by=by))


@router.post("/{webhook_id}/resume")
async def resume(webhook_id: Id, session: WriteSession, who: Who) -> WebhookRead:
    """Go on where it stopped."""
    by = who.agent_number or who.name
    return WebhookRead.of(await service.resume(session, webhook_id, by=by))


@router.delete("/{webhook_id}", status_code=204)
async def remove(webhook_id: Id, session: WriteSession, who: Who) -> None:
    """Tell nobody any more."""
    await service.remove(session, webhook_id, by=who.agent_number or who.name)


@router.get("/{webhook_id}/deliveries")
async def deliveries(webhook_id: Id, session: ReadSession) -> Page[DeliveryRead]:
    """What it was told last."""
    rows = await service.deliveries(session, webhook_id)
    return Page(items=[DeliveryRead.of(row) for row in rows])


@router.post("/deliveries/{delivery_id}/replay")
async def replay(delivery_id: Id, session: WriteSession, who: Who) -> DeliveryRead:
    """Once more, under the same id."""
    by = who.agent_number or who.name
    return DeliveryRead.of(await service.replay(session, delivery_id, by=by))


@router.post("/deliveries/{delivery_id}/skip")
async def skip(delivery_id: Id, session: WriteSession, who: Who) -> DeliveryRead:
    """Give one fact up, so that those behind it come."""
    by = who.agent_number or who.name
    return DeliveryRead.of(await service.skip(session, delivery_id, by=by))
