"""What the HTTP API tells about customers; masked as its reader may see."""

from pydantic import BaseModel

from crm.customers.queries import CustomerView
from mainline.masking import Eyes


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
    def of(cls, view: CustomerView, sees: Eyes) -> "CustomerRead":
        """The customer as this person may see it."""
        person = view.customer
        return cls(
            **{name: getattr(person, name) for name in _PLAIN},
            name=sees.name(person.name),
            phones=[
                PhoneRead(number=sees.number(phone.number), label=sees.text(phone.label))
                for phone in view.phones
            ],
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
)
