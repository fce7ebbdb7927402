"""Rendering with the administrator's words at hand."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from agentdesk.admin.words import kind_words, state_words
from agentdesk.panels.terms import agent_words
from agentdesk.shell import render


def fragment(request: Request, template: str, /, **values: Any) -> str:
    """A piece of a page, for a script that puts it where it belongs."""
    return bytes(page(request, template, **values).body).decode()


def page(request: Request, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the administrator's desk."""
    return render(
        request, f"admin/{template}", status,
        kind_words=kind_words, state_words=state_words, agent_words=agent_words, dict=dict,
        **values,
    )  # fmt: skip
