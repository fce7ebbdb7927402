"""What every page shares: templates, navigation, addresses of static files, languages."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from agentdesk.desks import HERE, folders
from mainline.config import PROJECT, Settings
from mainline.i18n import LOCALES, Locale, Text, _, current_locale
from mainline.masking import BLIND
from mainline.permissions import Permission
from mainline.web import Principal

BUILT: Final = PROJECT / "build" / "static"
LANGUAGE_NAMES: Final[Mapping[Locale, str]] = {"zh_CN": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation, shown to whoever holds the permission."""

    path: str
    words: Text
    permission: Permission
    key: str
    """Alt+key goes there."""


NAVIGATION: Final = (
    NavItem("/desk", Text("Desk"), Permission.TAKE_CALLS, "1"),
    NavItem("/board", Text("Live board"), Permission.SEE_BOARD, "2"),
    NavItem("/quality", Text("Recordings"), Permission.HEAR_RECORDINGS, "3"),
    NavItem("/calls", Text("Calls"), Permission.SEE_CALLS, "4"),
    NavItem("/callbacks", Text("Call-backs"), Permission.SEE_CALLS, "0"),
    NavItem("/messages", Text("Messages"), Permission.SEE_CALLS, "9"),
    NavItem("/matters", Text("Matters"), Permission.SEE_CALLS, "'"),
    NavItem("/field", Text("My orders"), Permission.WORK_IN_FIELD, "["),
    NavItem("/dispatch", Text("Dispatch"), Permission.DISPATCH, "]"),
    NavItem("/work-orders", Text("Work orders"), Permission.SEE_WORK_ORDERS, "5"),
    NavItem("/customers", Text("Customers"), Permission.SEE_CUSTOMERS, "6"),
    NavItem("/knowledge", Text("Knowledge"), Permission.SEE_CUSTOMERS, "="),
    NavItem("/requests", Text("Requests"), Permission.SEE_CUSTOMERS, ";"),
    NavItem("/outages", Text("Outages"), Permission.SEE_BOARD, "8"),
    NavItem("/outbound", Text("Outbound"), Permission.SEE_CAMPAIGNS, "-"),
    NavItem("/admin", Text("Administration"), Permission.SEE_DEFINITIONS, "7"),
)


def static_files() -> dict[str, Path]:
    """Folder below ``/static`` to where its files lie; the empty name is the shared one."""
    return {"": HERE / "static", "vendor": BUILT / "vendor", **folders("static")}


@cache
def static(path: str) -> str:
    """The address of a static file, with a mark that changes when its content does."""
    first, _slash, rest = path.partition("/")
    places = static_files()
    file = places[first] / rest if first in places and rest else places[""] / path
    if not file.is_file():
        return f"/static/{path}"
    return f"/static/{path}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:8]}"


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}" if fen >= 0 else f"−¥{-fen / 100:,.2f}"


def _duration(seconds: float | None) -> str:
    whole = int(seconds or 0)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def environment(settings: Settings) -> Environment:
    """The one template environment; everything is escaped, a missing name is an error."""
    made = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(HERE / "templates"),
                PrefixLoader(
                    {name: FileSystemLoader(path) for name, path in folders("templates").items()}
                ),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def local(moment: datetime | None, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
        return moment.astimezone(settings.zone).strftime(pattern) if moment else ""

    made.globals.update(_=_, static=static, languages=LANGUAGE_NAMES, demo=settings.demo)
    made.filters.update(yuan=_yuan, duration=_duration, local=local)
    return made


def navigation(who: Principal | None, present: str) -> list[dict[str, Any]]:
    """What this person may open; the page they are on is marked."""
    if who is None:
        return []
    return [
        {"item": item, "here": present == item.path or present.startswith(item.path + "/")}
        for item in NAVIGATION
        if open_to(item, who)
    ]


def open_to(item: NavItem, who: Principal) -> bool:
    """Whether it is of any use to this person: a desk needs a telephone."""
    return who.may(item.permission) and (item.path != "/desk" or who.agent_number is not None)


def home(who: Principal) -> str:
    """Where this person's work is."""
    return next((item.path for item in NAVIGATION if open_to(item, who)), "/account")


def render(request: Request, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
    """A page or a piece of one, in the language of the request.

    ``sees`` masks what is printed of customers; a page that shows an unmasked record brings its
    own.
    """
    templates: Environment = request.app.state.templates
    who: Principal | None = getattr(request.state, "principal", None)
    values.setdefault("sees", who.sees if who else BLIND)
    values.setdefault("unmask", None)
    text = templates.get_template(template).render(
        request=request,
        who=who,
        nav=navigation(who, request.url.path),
        locale=current_locale(),
        html_lang="zh-CN" if current_locale() == "zh_CN" else "en",
        **values,
    )
    return HTMLResponse(text, status_code=status)


def best_locale(accept: str, fallback: Locale) -> Locale:
    """The first language a browser asks for that we have."""
    for part in accept[:200].lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("zh"):
            return "zh_CN"
        if tag.startswith("en"):
            return "en"
    return fallback


def known_locale(text: str | None) -> Locale | None:
    """The locale of that name, if there is one."""
    return next((locale for locale in LOCALES if locale == text), None)
