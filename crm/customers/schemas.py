"""What the HTTP API tells about customers; numbers are masked unless they may be seen."""

from pydantic import BaseModel

from crm.customers.queries import CustomerView
from mainline.phone import mask


class PhoneRead(BaseModel):
    """A telephone number."""

    number: str
    label: str


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
    phones: list[PhoneRead]
    accounts: list[AccountRead]

    @classmethod
    def of(cls, view: CustomerView, *, see_numbers: bool) -> "CustomerRead":
        """The customer as this person may see it."""
        person = view.customer
        return cls(
            **{name: getattr(person, name) for name in _PLAIN},
            phones=[
                PhoneRead(
                    number=phone.number if see_numbers else mask(phone.number), label=phone.label
                )
                for phone in view.phones
            ],
            accounts=[
                AccountRead(
                    id=account.id,
                    number=account.number,
                    utility=account.utility,
                    status=account.status,
                    premise_id=account.premise_id,
                    address=account.address_zh,
                    address_en=account.address_en,
                )
                for account in view.accounts
            ],
        )


_PLAIN = (
    "id",
    "name",
    "customer_class",
    "priority",
    "restricted",
    "elderly",
    "medical",
    "language",
)
