"""What the pages of orders call acts, limits and promises."""

from typing import Final

from crm.work_orders.flow import NAMES_SOMEBODY, NEEDS_A_REASON
from mainline.i18n import Text, _

ACTS: Final = {
    "ask_at_home": Text("The household is asked by telephone"),
    "at_home": Text("At home"),
    "other_time": Text("Another time"),
    "call": Text("Talked with the customer"),
    "on_way": Text("On the way"),
    "report": Text("What was found"),
    "attach_photo": Text("Photo"),
    "attach_signature": Text("Signature"),
    "attach_sound": Text("Sound note"),
    "attach_video": Text("Short video"),
    "field_dropped": Text("Done out there, not done here"),
    "book_visit": Text("Appointment made"),
    "move_visit": Text("Appointment moved"),
    "cancel_visit": Text("Appointment cancelled"),
    "visit_kept": Text("Came at the time promised"),
    "visit_broken": Text("Nobody came at the time promised"),
    "promise": Text("A time was promised"),
    "promise_broken": Text("A promise was broken"),
    "request_withdrawn": Text("The request behind it was withdrawn"),
    "urge": Text("Urged"),
    "follow_up": Text("Another order follows"),
    "follow_up_refused": Text("An order that should follow could not be opened"),
    "charge": Text("Fees (yuan)"),
    "reassign": Text("Handed to"),
    "second_dispatch": Text("Second team sent"),
    "supervise": Text("Watched over by"),
    "escalate": Text("Late: called upon"),
    "pause": Text("Clock stopped"),
    "resume": Text("Clock runs again"),
    "join": Text("Joined with"),
    "part": Text("Stands for itself again"),
    "warn": Text("A limit is nearly used up"),
    "overdue": Text("A limit is broken"),
}
"""What happened about an order and moved it nowhere."""
VERBS: Final = {
    "reassign": (Text("Reassign"), "H"),
    "second_dispatch": (Text("Send a second team"), "D"),
    "supervise": (Text("Watch over"), "W"),
    "urge": (Text("Urge"), "U"),
    "pause": (Text("Stop the clock"), "P"),
    "resume": (Text("Let the clock run"), "R"),
    "join": (Text("Join"), "J"),
}
"""What every order knows, with its key."""
NEEDS: Final = {"note": NEEDS_A_REASON, "to": NAMES_SOMEBODY | {"join"}}
"""Fields of the form, and the verbs that cannot do without."""
PROMISES: Final = {
    "call": Text("We call"),
    "come": Text("Somebody comes"),
    "done": Text("It is done"),
}
PROMISE_STATES: Final = {
    "open": Text("still to come"),
    "kept": Text("kept"),
    "broken": Text("broken"),
    "withdrawn": Text("withdrawn"),
}
LIMITS: Final = {
    "respond": Text("Answer due"),
    "arrive": Text("Arrival due"),
    "complete": Text("Due"),
}
ON_LIMITS: Final = frozenset({"warn", "overdue", "escalate"})
"""Acts of the clock; their note is the limit."""
_CLOCK: Final = "clock"


def limit_words(limit: str) -> str:
    """A limit in the reader's language."""
    return _(LIMITS[limit]) if limit in LIMITS else limit


def by_words(by: str) -> str:
    """Who did it; what limits do by themselves, nobody did."""
    return _("by itself") if by == _CLOCK else by


def needs(verb: str) -> str:
    """The fields that a verb cannot do without."""
    return " ".join(field for field, verbs in NEEDS.items() if verb in verbs)
