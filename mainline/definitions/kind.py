"""A kind of definition: its shape and its checks, registered by the feature that uses it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from mainline.i18n import Text
from mainline.permissions import ROLES, Rights

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a check found. Errors keep a version from being published, warnings do not."""

    level: Literal["error", "warning"]
    code: str
    where: str
    words: Text
    values: tuple[tuple[str, object], ...] = ()


Check = Callable[[Any], Sequence[Problem]]
RolesCheck = Callable[[Any, Rights], Sequence[Problem]]


@dataclass(frozen=True)
class Kind(Generic[M]):
    """``name`` is stable; ``shape`` validates; ``check`` looks for mistakes a shape cannot see.

    ``guarded``: what may be changed depends on who asks and on what is in use, so that it is
    changed through its own service only, never as text.

    ``roles_check``: of a body that names roles, whether they are there and may do what they are
    named for; ``rights``: of the one body that composes them, what each allows.
    """

    name: str
    shape: type[M]
    check: Check = lambda _body: ()
    guarded: bool = False
    roles_check: RolesCheck | None = None
    rights: Callable[[Any], Rights] | None = None

    def parse(self, body: object) -> M:
        """The checked object; pydantic's ValidationError when the shape is wrong."""
        return self.shape.model_validate(body)

    def problems(self, body: object, rights: Rights = ROLES) -> list[Problem]:
        """Everything wrong with this body, shape first; ``rights``: what roles allow now."""
        try:
            parsed = self.parse(body)
        except ValidationError as error:
            return [_shape_problem(item) for item in error.errors(include_url=False)[:50]]
        named = self.roles_check(parsed, rights) if self.roles_check else ()
        return [*self.check(parsed), *named]


def _shape_problem(item: Any) -> Problem:
    where = ".".join(str(part) for part in item["loc"])
    return Problem(
        "error", "shape", where, Text("Not of the right form: %(why)s"), (("why", item["msg"]),)
    )


_KINDS: dict[str, Kind[Any]] = {}


def register(kind: Kind[M]) -> Kind[M]:
    """Make a kind known; registering the same name twice is a mistake."""
    if kind.name in _KINDS:
        raise ValueError(f"definition kind {kind.name!r} is already registered")
    _KINDS[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind[Any]:
    """The kind of that name; KeyError when no feature registered it."""
    return _KINDS[name]


def kinds() -> dict[str, Kind[Any]]:
    """All kinds by name."""
    return dict(_KINDS)
