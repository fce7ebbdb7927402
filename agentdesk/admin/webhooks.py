"""Who is told of facts: made, paused, looked at, sent again."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.admin.page import page
from agentdesk.admin.words import DELIVERY_STATES
from mainline.errors import MainlineError
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.secrets import Secrets
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow
from mainline.webhooks import rules, service

router = APIRouter(
    prefix="/admin/webhooks", dependencies=[allow(Permission.ADMINISTER)], include_in_schema=False
)
Id = Annotated[int, Path(ge=1, le=2**31)]


@router.get("")
async def webhooks(
    request: Request, session: ReadSession, show: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> HTMLResponse:
    """All receivers; of one what it was told last."""
    return await _page(request, session, show)


@router.post("")
async def make(
    request: Request, session: WriteSession, who: Who, config: Config,
    name: Annotated[str, Form(max_length=rules.NAME_CHARS_MAX)] = "",
    url: Annotated[str, Form(max_length=rules.URL_CHARS_MAX)] = "",
    kinds: Annotated[str, Form(max_length=4000)] = "",
    private: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Tell somebody from now on; the secret is shown once."""
    asked = {"name": name, "url": url, "kinds": kinds, "private": private}
    try:
        async with session.begin_nested():
            made = await service.make(
                session, config, name=name, url=url, kinds=kinds.replace(",", " ").split(),
                private=private, by=_by(who),
            )  # fmt: skip
    except MainlineError as refused:
        return await _page(request, session, 0, refused=refused, asked=asked)
    secret = rules.secret_of(Secrets.load_or_create(config.home).session, made.salt)
    return await _page(request, session, made.id, secret=secret)


@router.post("/{webhook_id}/secret")
async def change_secret(
    request: Request, session: WriteSession, who: Who, config: Config, webhook_id: Id
) -> Response:
    """Another secret, shown once."""
    row = await service.change_secret(session, webhook_id, by=_by(who))
    secret = rules.secret_of(Secrets.load_or_create(config.home).session, row.salt)
    return await _page(request, session, webhook_id, secret=secret)


@router.post("/{webhook_id}/pause")
async def pause(session: WriteSession, who: Who, webhook_id: Id) -> Response:
    """Nothing for now."""
    await service.pause(session, webhook_id, by=_by(who))
    return _back(webhook_id)


@router.post("/{webhook_id}/resume")
async def resume(session: WriteSession, who: Who, webhook_id: Id) -> Response:
    """On it goes."""
    await service.resume(session, webhook_id, by=_by(who))
    return _back(webhook_id)


@router.post("/{webhook_id}/remove")
async def remove(session: WriteSession, who: Who, webhook_id: Id) -> Response:
    """No more."""
    await service.remove(session, webhook_id, by=_by(who))
    return _back(0)


@router.post("/deliveries/{delivery_id}/replay")
async def replay(session: WriteSession, who: Who, delivery_id: Id) -> Response:
    """Once more."""
    return _back((await service.replay(session, delivery_id, by=_by(who))).webhook_id)


@router.post("/deliveries/{delivery_id}/skip")
async def skip(session: WriteSession, who: Who, delivery_id: Id) -> Response:
    """Given up."""
    return _back((await service.skip(session, delivery_id, by=_by(who))).webhook_id)


def _by(who: Principal) -> str:
    return who.agent_number or who.name


def _back(show: int) -> RedirectResponse:
    return RedirectResponse(f"/admin/webhooks{f'?show={show}' if show else ''}", status_code=303)


async def _page(
    request: Request,
    session: AsyncSession,
    show: int,
    *,
    secret: str = "",
    refused: MainlineError | None = None,
    asked: dict[str, object] | None = None,
) -> HTMLResponse:
    hooks = await service.all_of_them(session)
    shown = next((hook for hook in hooks if hook.id == show), None)
    return page(
        request, "webhooks.html", refused.status if refused else 200,
        hooks=hooks, waiting=await service.waiting(session), shown=shown, secret=secret,
        deliveries=await service.deliveries(session, show) if shown else [],
        all_kinds=service.known_kinds(), delivery_id=rules.delivery_id, told=rules.told,
        delivery_states=DELIVERY_STATES, attempts_max=rules.ATTEMPTS_MAX,
        asked=asked or {"name": "", "url": "", "kinds": "", "private": False},
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
    )  # fmt: skip
