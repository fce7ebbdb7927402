"""What people see of a customer, and what stands there instead. The one place that masks.

Pages and API ask the same ``Eyes``, so they cannot disagree. What a role sees are permissions;
a record that somebody has unmasked for a reason is looked at with ``OPEN_EYES``.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mainline.permissions import Permission
from mainline.phone import mask

HIDDEN: Final = "****"
_NAME_STARS_MAX: Final = 3
_IDENTITY: Final = re.compile(
    r"(?<![0-9A-Za-z])([1-9]\d{5})(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d(\d{3}[\dXx])(?![0-9A-Za-z])"
)
_NUMBER_IN_TEXT: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|0\d{2,3}-?[2-8]\d{6,7})(?![0-9A-Za-z])"
)
_HOME: Final = re.compile(
    r"[0-9０-９一二三四五六七八九十百A-Za-z]+\s*(?:号|號|栋|幢|座|楼|单元|室|户|-|－|#)"
)
_KEPT_OF_ADDRESS: Final = 6
_COLUMNS: Final = {
    "number": "number", "ani": "number", "contact": "number", "person_phone": "number",
    "open_key": "number", "name": "name", "person_name": "name", "address": "address",
    "address_zh": "address", "address_en": "address", "typed": "address",
}  # fmt: skip
"""What stands in a column of this name, in whatever table; in every other one there are words."""
_SHORT: Final = 8


@dataclass(frozen=True, slots=True)
class Eyes:
    """What somebody may see in full; the rest is masked."""

    numbers: bool = False
    names: bool = False
    addresses: bool = False
    identities: bool = False

    @classmethod
    def of(cls, permissions: Collection[Permission]) -> "Eyes":
        """What these permissions show."""
        return cls(
            numbers=Permission.SEE_NUMBERS in permissions,
            names=Permission.SEE_NAMES in permissions,
            addresses=Permission.SEE_ADDRESSES in permissions,
            identities=Permission.SEE_IDENTITIES in permissions,
        )

    def number(self, number: str | None) -> str:
        """A telephone number: ``138****8000``."""
        return (number or "") if self.numbers else mask(number)

    def name(self, name: str | None) -> str:
        """A customer's name: ``王*``."""
        return (name or "") if self.names else _masked_name(name or "")

    def address(self, address: str | None) -> str:
        """An address, without the house: ``和平区阳光小区****``."""
        return (address or "") if self.addresses else _masked_address(address or "")

    def identity(self, number: str | None) -> str:
        """The number of an identity card: ``110105********0123``."""
        return (number or "") if self.identities else masked_identity(number or "")

    def text(self, text: str | None) -> str:
        """What somebody wrote: the numbers in it are masked like those in fields."""
        told = text or ""
        if not self.identities:
            told = _IDENTITY.sub(lambda found: masked_identity(found[0]), told)
        return told if self.numbers else _NUMBER_IN_TEXT.sub(lambda f: mask(f[0]), told)

    def texts(self, row: object, *names: str) -> dict[str, str]:
        """What somebody wrote into these fields of a record."""
        return {name: self.text(getattr(row, name)) for name in names}

    def fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of a form: what was written in them is masked as text, however deep it stands."""
        return {name: self._inside(value) for name, value in fields.items()}

    def columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A record of any table, each value as the name of its column says what it is."""
        return {name: self._column(name, value) for name, value in values.items()}

    def _column(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.columns(value)
        if not isinstance(value, str):
            return self._inside(value)
        return {
            "number": self.number, "name": self.name, "address": self.address,
        }.get(_COLUMNS.get(name, ""), self.text)(value)  # fmt: skip

    def _inside(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.fields(value)
        if isinstance(value, list | tuple):
            return [self._inside(each) for each in value]
        return self.text(value) if isinstance(value, str) else value


OPEN_EYES: Final = Eyes(numbers=True, names=True, addresses=True, identities=True)
BLIND: Final = Eyes()


def masked_identity(number: str) -> str:
    """The area and the last four characters stay; of anything too short for that, nothing."""
    if len(number) < len("110105199001010123") - 3:
        return "*" * len(number)
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def _masked_name(name: str) -> str:
    """The first character; how long the rest is tells nothing beyond three."""
    return name[:1] + "*" * min(len(name) - 1, _NAME_STARS_MAX) if name else ""


def _masked_address(address: str) -> str:
    if "," in address:
        return _masked_english(address)
    found = _HOME.search(address)
    if found is not None and found.start() > 0:
        return address[: found.start()] + HIDDEN
    kept = _KEPT_OF_ADDRESS if len(address) > _SHORT else len(address) // 2
    return address[:kept] + HIDDEN if address else ""


def _masked_english(address: str) -> str:
    """``Room 501, Unit 2, Building 3, Sunshine Garden``: what has a number or is first, goes."""
    parts = [part.strip() for part in address.split(",")]
    kept = [part for part in parts[1:] if not any(each.isdigit() for each in part)]
    return ", ".join([HIDDEN, *kept])
