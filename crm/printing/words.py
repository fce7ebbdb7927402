"""What the printed form calls things."""

from typing import Final

from mainline.i18n import Text

FACT_WORDS: Final = {
    "number": Text("Order number"),
    "type": Text("Type"),
    "urgency": Text("Urgency"),
    "step": Text("Step"),
    "source": Text("Opened by way of"),
    "summary": Text("Summary"),
    "opened_at": Text("Opened"),
    "due_respond_at": Text("Answer due"),
    "due_arrive_at": Text("Arrival due"),
    "due_complete_at": Text("Due"),
    "visit": Text("Appointment"),
    "customer": Text("Customer"),
    "phone": Text("Phone number"),
    "address": Text("Address"),
    "account": Text("Account"),
    "team": Text("Team"),
    "owner": Text("Owner"),
    "overseer": Text("Overseer"),
}
URGENCIES: Final = {
    "emergency": Text("Emergency"),
    "urgent": Text("Urgent"),
    "normal": Text("Normal"),
}
SOURCES: Final = {
    "ivr": Text("the menu of the telephone"),
    "desk": Text("an agent"),
    "api": Text("another system"),
    "outage": Text("an interruption"),
    "order": Text("another order"),
}
FEES: Final = (Text("Item"), Text("Quantity"), Text("Each (yuan)"), Text("Amount (yuan)"))
HISTORY: Final = (Text("Time"), Text("By"), Text("Step"), Text("Notes"))
TOTAL: Final = Text("Altogether")
PRINTED: Final = Text("Printed by %(by)s, %(at)s")
