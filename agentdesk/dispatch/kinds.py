"""Words for what happens with customers."""

from collections.abc import Mapping
from typing import Final

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
}


def column_words(column: str) -> str:
    """A column in the reader's language; one without words shows its name."""
    return _(COLUMNS[column]) if column in COLUMNS else column
