"""What the HTTP API tells about customers, masked as its reader may see; and what changes them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from crm.customers import phones, service
from crm.customers.models import CustomerPhone
from crm.customers.queries import CustomerView
from crm.customers.wishes import CLOCK, Way
from mainline.masking import Eyes


class PhoneRead(BaseModel):
    """A telephone number, and how sure we are of it."""

    id: int
    number: str
    label: str
    confirmed: bool
    confirmed_by: str | None
    confirmed_at: datetime | None

    @classmethod
    def of(cls, phone: CustomerPhone, sees: Eyes) -> "PhoneRead":
        """As this person may see it."""
        told = {name: getattr(phone, name) for name in cls.model_fields}
        masked = {"number": sees.number(phone.number), "label": sees.text(phone.label)}
        return cls(**{**told, **masked})


class AccountRead(BaseModel):
    """An account and its address."""

    id: int
    number: str
    utility: str
    status: str
    premise_id: int
    address: str
    address_en: str


class CustomerRead(BaseModel):
    """A customer with telephones and accounts."""

    id: int
    name: str
    customer_class: str
    priority: int
    restricted: bool
    elderly: bool
    medical: bool
    language: str | None
    notes: str
    contact_by: str | None
    contact_from: str | None
    contact_until: str | None
    phones: list[PhoneRead]
    accounts: list[AccountRead]

    @classmethod
    def of(cls, view: CustomerView, sees: Eyes) -> "CustomerRead":
        """The customer as this person may see it."""
        person = view.customer
        return cls(
            **{name: getattr(person, name) for name in _PLAIN},
            name=sees.name(person.name),
            notes=sees.text(person.notes),
            phones=[PhoneRead.of(phone, sees) for phone in view.phones],
            accounts=[
                AccountRead(
                    id=account.id,
                    number=account.number,
                    utility=account.utility,
                    status=account.status,
                    premise_id=account.premise_id,
                    address=sees.address(account.address_zh),
                    address_en=sees.address(account.address_en),
                )
                for account in view.accounts
            ],
        )


_PLAIN = (
    "id",
    "customer_class",
    "priority",
    "restricted",
    "elderly",
    "medical",
    "language",
    "contact_by",
    "contact_from",
    "contact_until",
)
Why = Annotated[str, Field(max_length=service.WHY_CHARS_MAX)]
Label = Annotated[str, Field(max_length=phones.LABEL_CHARS_MAX)]
Clock = Annotated[str, Field(pattern=CLOCK)]
Words = Annotated[str, Field(max_length=service.NOTES_CHARS_MAX)]


class Reason(BaseModel):
    """Why it is done."""

    model_config = ConfigDict(extra="forbid")

    why: Why


class Facts(BaseModel):
    """What is to be so from now on; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=service.NAME_CHARS_MAX)] = ""
    customer_class: service.CustomerClass = "residential"
    priority: Annotated[int, Field(ge=0, le=service.PRIORITY_MAX)] = 0
    restricted: bool = False
    elderly: bool = False
    medical: bool = False
    language: Literal["zh", "en"] | None = None
    notes: Words = ""
    contact_by: Way | None = None
    contact_from: Clock | None = None
    contact_until: Clock | None = None

    def given(self) -> dict[str, Any]:
        """What was said, nothing else."""
        return {name: getattr(self, name) for name in Facts.model_fields if name in
                self.model_fields_set}  # fmt: skip


class CustomerChange(Facts):
    """Facts, and why."""

    why: Why


class PhoneWrite(BaseModel):
    """A telephone that somebody told us."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(max_length=40)]
    label: Label = ""
    why: Why


class PhoneLabel(BaseModel):
    """Whose or what a telephone is."""

    model_config = ConfigDict(extra="forbid")

    label: Label
    why: Why
