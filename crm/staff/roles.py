"""Roles as the company composes them from permissions. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.permissions import ROLES, Permission, Rights
from mainline.text import LocalizedText

ROLES_MAX: Final = 60
CODE: Final = r"^[a-z][a-z0-9_]{0,31}$"
HOUSE_NAMES: Final[Mapping[str, Text]] = {
    "agent": Text("Agent"),
    "leader": Text("Team leader"),
    "quality": Text("Quality"),
    "dispatcher": Text("Dispatcher"),
    "cashier": Text("Cashier"),
    "field": Text("Field staff"),
    "admin": Text("Administrator"),
}


class Role(BaseModel):
    """What whoever holds it may do; under a code of the house it replaces what the house gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=CODE)]
    name: LocalizedText
    permissions: tuple[Permission, ...] = Field(default=(), max_length=len(Permission))


class Roles(BaseModel):
    """All that the company composed. The house's own roles are there, whether named or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[Role, ...] = Field(default=(), max_length=ROLES_MAX)

    def rights(self) -> Rights:
        """What each role allows."""
        return ROLES | {one.code: frozenset(one.permissions) for one in self.roles}

    def role(self, code: str) -> Role | None:
        """What the company composed under this code."""
        return next((one for one in self.roles if one.code == code), None)

    def named(self, code: str) -> LocalizedText:
        """What it is called; the house's own roles keep their names."""
        own = self.role(code)
        unknown = own.name if own else LocalizedText(zh=code, en=code)
        return house_name(code) or unknown

    def with_role(self, role: Role) -> "Roles":
        """The same with this role in it, in its place."""
        if self.role(role.code) is None:
            return Roles(roles=(*self.roles, role))
        return Roles(roles=tuple(role if one.code == role.code else one for one in self.roles))

    def without(self, code: str) -> "Roles":
        """The same without it: a role of the house is then as the house made it."""
        return Roles(roles=tuple(one for one in self.roles if one.code != code))


def house_name(code: str) -> LocalizedText | None:
    """The name of one of the house's own roles in both languages."""
    words = HOUSE_NAMES.get(code)
    return LocalizedText(zh=words.to("zh_CN"), en=words.to("en")) if words else None


def problems(body: Roles) -> Sequence[Problem]:
    """What the shape cannot see."""
    return list(_problems(body))


def _problems(body: Roles) -> Iterator[Problem]:
    codes = [one.code for one in body.roles]
    for code in sorted({one for one in codes if codes.count(one) > 1}):
        yield Problem("error", "twice", code, Text("The code is used twice."))
    for one in body.roles:
        if not one.permissions:
            yield Problem("warning", "empty", one.code, Text("Whoever holds this may do nothing."))
    if not any(Permission.EDIT_ROLES in held for held in body.rights().values()):
        words = Text("Nobody could edit roles any more.")
        yield Problem("error", "nobody-edits", "", words)


def granted(before: Rights, after: Rights) -> dict[str, frozenset[Permission]]:
    """What each role allows from now on and did not before."""
    new = {code: held - before.get(code, frozenset()) for code, held in after.items()}
    return {code: more for code, more in new.items() if more}


def vanished(before: Rights, after: Rights) -> frozenset[str]:
    """Roles that are no more."""
    return frozenset(before) - frozenset(after)


def holding(
    permission: Permission, rights: Rights, people: Mapping[str, Iterable[str]]
) -> list[str]:
    """Who of these may do it; ``people``: sign-in to roles."""
    may = {code for code, held in rights.items() if permission in held}
    return sorted(login for login, roles in people.items() if may & set(roles))
