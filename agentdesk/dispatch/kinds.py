"""Words for what happens with customers."""

from collections.abc import Mapping
from typing import Final

from agentdesk.panels.words import CALLER_WORDS
from mainline.i18n import Text, _

KIND_WORDS: Final[Mapping[str, Text]] = {
    "call": Text("Calls"),
    "order": Text("Work orders"),
    "appointment": Text("Appointments"),
    "promise": Text("Promises"),
    "callback": Text("Call-backs"),
    "message": Text("Messages"),
    "note": Text("Notes"),
    "bill": Text("Bills"),
    "payment": Text("Payments"),
    "reading": Text("Readings"),
    "outage": Text("Interruptions"),
    "change": Text("Changes of data"),
}
ONE_WORDS: Final[Mapping[str, Text]] = {
    "call": Text("Call"),
    "order": Text("Work order"),
    "appointment": Text("Appointment"),
    "promise": Text("Promise"),
    "callback": Text("Call-back"),
    "message": Text("Message"),
    "note": Text("Note"),
    "bill": Text("Bill"),
    "payment": Text("Payment"),
    "reading": Text("Reading"),
    "outage": Text("Interruption"),
    "change": Text("Change of data"),
}
"""One of that kind."""
CHANNELS: Final[Mapping[str, Text]] = {
    "counter": Text("at the counter"),
    "bank": Text("by bank"),
    "wechat": Text("by WeChat"),
    "alipay": Text("by Alipay"),
    "field": Text("to a field worker"),
}
TABLES: Final[Mapping[str, Text]] = {
    "customer": Text("Customer's data"),
    "customer_phone": Text("Telephone of the customer"),
    "service_account": Text("Account of the customer"),
    "account_role": Text("Role at an account"),
}
STATES: Final[Mapping[str, Text]] = {
    "booked": Text("booked"),
    "cancelled": Text("cancelled"),
    "waiting": Text("waiting"),
    "calling": Text("being called"),
    "expired": Text("expired"),
    "unreached": Text("nobody reached"),
    "new": Text("new"),
    "taken": Text("taken on"),
    "settled": Text("settled"),
    "done": Text("done"),
    "kept": Text("kept"),
    "broken": Text("broken"),
    "withdrawn": Text("withdrawn"),
    "open": Text("still to come"),
    "insert": Text("new"),
    "update": Text("changed"),
    "delete": Text("deleted"),
}
"""Of appointments, promises, call-backs, messages and changes."""


def state_words(state: str) -> str:
    """A state in the reader's language."""
    return _(STATES[state]) if state in STATES else state


COLUMNS: Final[Mapping[str, Text]] = {
    "name": Text("Name"),
    "initials": Text("Initials"),
    "customer_class": Text("Class"),
    "priority": Text("Priority"),
    "restricted": Text("Restricted"),
    "elderly": Text("Elderly"),
    "medical": Text("Medical need"),
    "language": Text("Language"),
    "notes": Text("Notes"),
    "id_tail": Text("End of the identity card"),
    "merged_into_id": Text("Merged into"),
    "number": Text("Number"),
    "label": Text("Label"),
    "confirmed": Text("Confirmed"),
    "status": Text("Status"),
    "customer_id": Text("Customer"),
    "premise_id": Text("Place"),
    "contact_by": Text("Contact wished"),
    "contact_from": Text("Wished from"),
    "contact_until": Text("Wished until"),
    "confirmed_by": Text("Confirmed by"),
    "confirmed_at": Text("Confirmed at"),
    "ended_at": Text("Ended at"),
    "role": Text("Role"),
    "since": Text("From"),
    "until": Text("Until"),
}


NEW_TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": (),
    "customer_phone": ("number", "label", "confirmed"),
    "service_account": ("number",),
    "account_role": ("role", "since"),
}
"""What is told of a new row."""
VALUES: Final[Mapping[str, Mapping[str, Text]]] = {
    "customer_class": CALLER_WORDS["classes"],
    "status": CALLER_WORDS["statuses"],
    "contact_by": CALLER_WORDS["ways"],
    "role": CALLER_WORDS["roles"],
    "language": CALLER_WORDS["languages"],
}
"""Codes in words, by column."""


def column_words(column: str) -> str:
    """A column in the reader's language; one without words shows its name."""
    return _(COLUMNS[column]) if column in COLUMNS else column
