"""The API told to programs: each operation with its permissions and every way it may refuse."""

from typing import Any, Final

from fastapi import FastAPI

from mainline.web import declared, every_route

_WORDS: Final = {
    "401": "Nobody is signed in, or the token is unknown.",
    "403": "Not permitted.",
    "404": "There is no such thing, or not for you.",
    "409": "It cannot be done as things stand.",
    "410": "It is not there any more.",
    "413": "Too large.",
    "422": "The input is not valid.",
    "429": "Too many attempts.",
    "503": "A part of the system that is needed is down.",
}
_FASTAPIS_OWN: Final = "422"
"""It tells of another form than ours."""
_TEXT: Final = {"type": "string"}
REFUSAL: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "messages"],
            "properties": {
                "code": {"type": "string", "description": "Stable: key on it."},
                "message": _TEXT,
                "messages": {"type": "object", "additionalProperties": _TEXT},
            },
        }
    },
}


def description(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of all that is not a page."""
    return completed(app.openapi(), app)


def completed(told: dict[str, Any], app: FastAPI) -> dict[str, Any]:
    """With the permissions and refusals of each operation that is told."""
    told.setdefault("components", {}).setdefault("schemas", {})["Refusal"] = REFUSAL
    for route in every_route(app.routes):
        for method in route.methods or ():
            operation = told["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                permissions = declared(route) or frozenset()
                operation["x-permissions"] = sorted(map(str, permissions))
                operation["responses"] |= {
                    status: words
                    for status, words in _refusals(signed_in=bool(permissions)).items()
                    if status == _FASTAPIS_OWN or status not in operation["responses"]
                }
    return told


def _refusals(*, signed_in: bool) -> dict[str, Any]:
    schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {
        status: {"description": words, "content": schema}
        for status, words in _WORDS.items()
        if signed_in or status not in {"401", "403"}
    }
