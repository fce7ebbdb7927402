"""What schemathesis makes of all that the routes declare: at every edge of each parameter, and any.

The document is that of the API, with all pages and forms beside it; where a path names a record,
one that exists. Everything is the same in every run.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import requests
import schemathesis
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext
from hypothesis import HealthCheck, Phase, given, strategies
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agentdesk.description import completed
from mainline.web import every_route
from tests.support.asking import JSON, Answer, Request
from tests.support.routes import Door

HERE = "http://localhost"
AS_DECLARED = [status_code_conformance, content_type_conformance, response_schema_conformance]
_FIELD = re.compile(r"/properties/([^/]+)|'([^']+)' value|property: (.+)")
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@dataclass(frozen=True)
class _Shown(RouteContext):
    """A route that is told of, though it is a page."""

    include_in_schema: bool = True


def document(app: FastAPI, good: Mapping[str, str]) -> dict[str, Any]:
    """All routes; ``good`` knows which records are there: by ``path name`` or ``name``."""
    shown = [_Shown(each.route, each._route_context) for each in every_route(app.routes)]
    told = completed(get_openapi(title="Mainline", version="1", routes=shown), app)
    for path, operations in told["paths"].items():
        for parameter in chain(*(each.get("parameters", ()) for each in operations.values())):
            name = parameter["name"]
            if parameter["in"] == "path":
                parameter["schema"] = {"enum": [good.get(f"{path} {name}", good.get(name, "1"))]}
    return told


@dataclass(frozen=True)
class Sent:
    """One request as it goes over the wire, and the case that it was made of."""

    case: Case
    wire: requests.PreparedRequest
    accept: str

    @classmethod
    def of(cls, case: Case, accept: str) -> "Sent":
        """As a client would send it."""
        told = case.as_transport_kwargs(base_url=HERE)
        return cls(case, requests.Request(**told).prepare(), accept)

    @property
    def request(self) -> Request:
        """Byte by byte."""
        address, body = urlsplit(str(self.wire.url)), self.wire.body or b""
        return Request(
            str(self.wire.method), address.path.encode(), address.query.encode(),
            body.encode() if isinstance(body, str) else bytes(body),
            self.wire.headers.get("Content-Type", ""), self.accept,
            tuple((name.lower(), str(value)) for name, value in self.case.headers.items()),
        )  # fmt: skip

    def broken(self, answer: Answer) -> str:
        """In what the answer is not what the document declares; empty when it holds."""
        given = schemathesis.Response(
            answer.status, {"content-type": [answer.content_type]}, answer.body, self.wire, 0.0,
            verify=False,
        )  # fmt: skip
        try:
            self.case.validate_response(given, checks=AS_DECLARED)
        except FailureGroup as found:
            return "; ".join(f"{each.title}: {each.message[:200]!r}" for each in found.exceptions)
        return ""

    def __str__(self) -> str:
        return f"{self.case.operation.label}: {self.wire.url} {self.wire.body!r:.300}"


class Generated:
    """The cases of each operation, made when they are asked for."""

    def __init__(self, app: FastAPI, good: Mapping[str, str]) -> None:
        self._document = document(app, good)
        routes = [route for route in every_route(app.routes) if hasattr(route, "dependant")]
        self._doors = {
            (method, str(route.path_format)): Door(method, str(route.path))
            for route in routes for method in route.methods or ()
        }  # fmt: skip
        self._told = {
            Door(method, str(route.path))
            for route in routes if route.include_in_schema for method in route.methods or ()
        }  # fmt: skip

    @cached_property
    def _operations(self) -> dict[Door, APIOperation]:
        settings = schemathesis.Config()  # whatever lies about in the folders above
        schema = schemathesis.openapi.from_dict(self._document, config=settings)
        schema.config.phases.coverage.unexpected_methods = set()
        found = [each.ok() for each in schema.get_all_operations()]
        return {self._doors[each.method.upper(), each.path]: each for each in found}

    def doors(self) -> list[Door]:
        """All operations."""
        return list(self._operations)

    def is_told(self, door: Door) -> bool:
        """Whether the API's own document declares it, with all its answers."""
        return door in self._told

    def edges(self, door: Door, each: int) -> list[Sent]:
        """So many of each parameter and field: at its limits, beyond them, of another kind."""
        operation, groups = self._operations[door], defaultdict[Any, list[Case]](list)
        schema, dice = operation.schema, random.Random(str(door))
        for case in schema.iter_coverage_cases(
            operation, generation_modes=MODES, generation_config=schema.config.generation
        ):
            groups[_about(case)].append(case)
        return _sent(
            one for some in groups.values() for one in dice.sample(some, min(each, len(some)))
        )

    def any(self, door: Door, count: int) -> list[Sent]:
        """Fitting and unfitting ones of any kind; fewer where there are no more."""
        return _sent(_any(self._operations[door], count))


def _about(case: Case) -> tuple[str | None, str]:
    """Which parameter is tried, and which field of a body."""
    tried = case.meta.phase.data
    field = _FIELD.search(f"{tried.location} {tried.description}")
    return tried.parameter, field[field.lastindex or 0] if field else ""


def _sent(cases: Iterable[Case]) -> list[Sent]:
    """For people and for programs in turn."""
    return [Sent.of(case, ("text/html", JSON)[n % 2]) for n, case in enumerate(cases)]


def _any(operation: APIOperation, count: int) -> list[Case]:
    found = list[Case]()

    @hypothesis.settings(
        max_examples=count, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategies.one_of(*map(operation.as_strategy, MODES)))
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found
