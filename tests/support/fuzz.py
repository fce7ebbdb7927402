"""What nobody makes of a declaration: bytes that are no text, broken bodies, forms as shown."""

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Annotated, Any, get_args
from urllib.parse import quote_from_bytes, urlencode

from fastapi import FastAPI
from fastapi.params import Form as FormMarker
from pydantic import BaseModel, TypeAdapter

from mainline.web import every_route
from tests.support.asking import FORM, JSON, Request

BYTES: tuple[bytes, ...] = (
    b"\x00", b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"9" * 30, b"a" * 70_000,
    b"WyIyMDI2LTExLTI3VDAwOjAwOjAwKzAwOjAwIiwgMV0", b"WzEsIDJd", b"W251bGwsIG51bGxd",
    b"WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAwIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ",
)  # fmt: skip
"""What is no text, and what nobody would guess: the last ones look like places in a list."""
HOSTILE = (
    *BYTES, b"", b" ", b"-1", b"0", b"-" + b"9" * 19, b"9223372036854775808", b"2147483648",
    b"1e999", b"NaN", b"Infinity", b"1.5", b"\xd9\xa1\xd9\xa2", b"\xc2\xb2", b"null", b"true",
    b"[]", b"{}", b"'", b'"', b"\\", b"%", b"_%", b"';--", b"<script>alert(1)</script>", b"{{7*7}}",
    b"%s%n", b"../../etc/passwd", b"//evil.example", b"javascript:1", b"\r\nSet-Cookie: a=b",
    b"2026-13-45", b"0001-01-01", b"9999-12-31", b"0001-01-01T00:00:00+14:00",
    b"9999-12-31T23:59:59-14:00", b"2026-11-27T10:00", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80" * 40,
    "\u738b".encode() * 70, b"a" * 300,
)  # fmt: skip
"""For what pages ask and no route declares."""
UNSAID: tuple[Any, ...] = (
    "\ud800", "a" * 70_000, 10**30, -(2**63) - 1, [[[[[]]]]], ["x"] * 2000,
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
)  # fmt: skip
"""Of JSON: what no text is, and what no clock and no database can hold."""
BROKEN_JSON = (
    b"",
    b"{",
    b"[1,",
    b"\xff",
    b'{"a":\x00}',
    b"[" * 3000,
    b"null",
    b"7",
    b'"x"',
    b"NaN",
)
LIKELY = (
    "1", "8001", "abc", "main", "repair", "13800138000", "20261127-0001", "0" * 8, "a" * 40,
    "2026-11-27", "2026-11-27.morning", "heat:1", "abcdefgh",
)  # fmt: skip
"""One of these fits most patterns."""


@dataclass(frozen=True)
class Field:
    """A parameter and something that fits it."""

    place: str
    name: str
    good: Any


@dataclass(frozen=True)
class Target:
    """A route with one of its methods, and all that it takes."""

    method: str
    path: str
    fields: tuple[Field, ...]
    json: bool

    def request(self, bad: Mapping[str, Any] | None = None, accept: str = "text/html") -> Request:
        """All that fits, but what is given here instead; ``name`` or ``place:name``."""
        values = {f"{f.place}:{f.name}": f.good for f in self.fields} | dict(bad or {})
        path = self.path
        for key, value in values.items():
            if key.startswith("path:"):
                path = re.sub(r"\{" + key[5:] + r"(:\w+)?\}", _quoted(value), path)
        made = Request(self.method, path.encode(), _pairs(values, "query"), accept=accept)
        if self.json:
            body = {
                key[5:]: value
                for key, value in values.items()
                if key.startswith("json:") and (value is not None or key in (bad or {}))
            }
            text = json.dumps(body)
            return replace(made, body=text.encode("utf-8", "surrogatepass"), content_type=JSON)
        if any(key.startswith("form:") for key in values):
            return replace(made, body=_pairs(values, "form"), content_type=FORM)
        return made

    def attacks(self, dice: random.Random, each: int) -> Iterator[tuple[str, Request]]:
        """So many of each field, and broken bodies."""
        for field in self.fields:
            hostile: tuple[Any, ...] = UNSAID if field.place == "json" else BYTES
            for value in dice.sample(hostile, min(each, len(hostile))):
                key = f"{field.place}:{field.name}"
                yield f"{key} = {value!r:.60}", self.request({key: value})
        for body in dice.sample(BROKEN_JSON, min(each, len(BROKEN_JSON))) if self.json else ():
            yield f"body = {body!r:.40}", replace(self.request(), body=body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _quoted(value: Any) -> str:
    raw = value if isinstance(value, bytes) else str(value).encode()
    return quote_from_bytes(raw, safe="").replace("\\", "%5C")


def _pairs(values: Mapping[str, Any], place: str) -> bytes:
    start = len(place) + 1
    chosen = [(k[start:], v) for k, v in values.items() if k.startswith(f"{place}:")]
    return urlencode([pair for pair in chosen if pair[1] is not None]).encode()


def targets(app: FastAPI, good: Mapping[str, str]) -> list[Target]:
    """Every route; ``good`` knows what is there: by ``path name`` or ``name``."""
    found = []
    for route in every_route(app.routes):
        dependant = getattr(route, "dependant", None)
        if dependant is None:
            continue
        fields = list(_fields(dependant, str(route.path), good))
        for method in sorted(set(route.methods or ()) - {"HEAD"}):
            as_json = any(field.place == "json" for field in fields)
            found.append(Target(method, str(route.path), tuple(fields), as_json))
    return found


def _fields(dependant: Any, path: str, good: Mapping[str, str]) -> Iterator[Field]:
    for one in dependant.path_params:
        yield Field("path", one.name, good.get(f"{path} {one.name}", good.get(one.name, "1")))
    for one in dependant.query_params:
        yield from _of("query", one)
    for one in dependant.body_params:
        yield from _of("form" if isinstance(one.field_info, FormMarker) else "json", one)
    for child in dependant.dependencies:
        yield from _fields(child, path, good)


def _of(place: str, one: Any) -> Iterator[Field]:
    shape = one.field_info.annotation
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        for name, field in shape.model_fields.items():
            yield Field(place, field.alias or name, _fitting(field, place))
    else:
        yield Field(place, one.alias, _fitting(one.field_info, place))


def _fitting(field: Any, place: str) -> Any:
    """The default, or the first likely value that is taken."""
    if not field.is_required():
        default = field.get_default(call_default_factory=True)
        return default if place == "json" and _plain(default) else None
    adapter = TypeAdapter(field.annotation if not field.metadata else _with(field))
    for value in [*_choices(field.annotation), *LIKELY, 1, [], {}, True]:
        try:
            adapter.validate_python(value)
        except ValueError:
            continue
        return value
    return "1"


def _with(field: Any) -> Any:
    return Annotated[(field.annotation, *field.metadata)]  # type: ignore[return-value]


def _choices(annotation: Any) -> Iterable[Any]:
    return [each for each in get_args(annotation) if isinstance(each, str | int)]


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list | dict)


# --- forms -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A form as a page shows it."""

    page: str
    method: str
    action: str
    fields: tuple[tuple[str, str], ...]

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """Alike but for the record it is about."""
        return self.method, pattern(self.action), tuple(sorted({name for name, _ in self.fields}))

    def request(self, name: str = "", value: bytes = b"") -> Request:
        """Sent as it stands, or with one field changed."""
        changed = [(key, value if key == name else text.encode()) for key, text in self.fields]
        pairs = urlencode(changed).encode()
        path = self.action.partition("?")[0].encode()
        if self.method == "GET":
            return Request("GET", path, pairs)
        return Request("POST", path, b"", pairs, FORM)


class Reader(HTMLParser):
    """Takes links and forms from a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._page, self.links, self.forms = page, list[str](), list[Form]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what leads somewhere or is sent."""
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href", "").startswith(("/", "?")):
            self.links.append(_from(self._page, told["href"]))
        method = told.get("method", "get").upper()
        if tag == "form" and method != "DIALOG":
            self.forms.append(
                Form(self._page, method, _from(self._page, told.get("action", "")), ())
            )
        if tag in {"input", "select", "textarea", "button"} and told.get("name") and self.forms:
            form = self.forms[-1]
            field = (told["name"], told.get("value", ""))
            self.forms[-1] = replace(form, fields=(*form.fields, field))


def _from(page: str, address: str) -> str:
    bare = page.partition("?")[0]
    return bare + address if address.startswith("?") else address or bare


def pattern(address: str) -> str:
    """The address without the record: numbers and marks are all one."""
    path = address.partition("?")[0]
    return "/".join("#" if re.search(r"\d", part) else part for part in path.split("/"))
