"""What things are called on the pages of outgoing calls."""

from typing import Final

from mainline.i18n import Text

PURPOSES: Final = {
    "visit": Text("Return visit"),
    "reminder": Text("Reminder of arrears"),
    "outage": Text("Announcement of an outage"),
    "home": Text("At home before a visit?"),
}
STANDING: Final = {
    "complaints": Text("Answered complaints"),
    "low_ratings": Text("Low ratings"),
    "at_home": Text("At home before a visit?"),
}
CAMPAIGN_STATES: Final = {
    "draft": Text("draft"),
    "running": Text("running"),
    "paused": Text("paused"),
    "ended": Text("ended"),
}
TASK_STATES: Final = {
    "waiting": Text("waiting"),
    "leased": Text("with an agent"),
    "dialling": Text("being called"),
    "done": Text("done"),
    "unreached": Text("not reached"),
    "barred": Text("do not call"),
    "dropped": Text("dropped"),
}
HELD: Final = {
    "emergency": Text("an emergency is open"),
    "medical": Text("medical need"),
    "complaint": Text("complaint is open"),
    "dispute": Text("bill is disputed"),
    "outage": Text("supply is off"),
}
RESULTS: Final = {
    "satisfied": Text("Satisfied"),
    "not_satisfied": Text("Not satisfied"),
    "not_reached": Text("Not reached"),
    "refused": Text("Did not want to talk"),
    "wrong_number": Text("Wrong number"),
    "heard": Text("Confirmed"),
    "at_home": Text("At home"),
    "other_time": Text("Another time"),
    "never": Text("Never again"),
    "person": Text("Wanted a person"),
    "callback": Text("To be called back"),
    "paid": Text("Paid meanwhile"),
    "over": Text("The outage is over"),
    "answered": Text("Answered, no key"),
    "machine": Text("Answering machine"),
    "busy": Text("Busy"),
    "no_answer": Text("No answer"),
    "failed": Text("Failed"),
    "unknown": Text("Not known"),
}
SOURCES: Final = {
    "complaints": Text("Answered complaints"),
    "orders": Text("Orders that were completed"),
    "low_ratings": Text("Low ratings"),
    "random": Text("A random share of completed orders"),
    "arrears": Text("Arrears (by machine)"),
    "outage": Text("An outage (by machine)"),
}
BARRED_BY: Final = {
    "key": Text("pressed 9"),
    "page": Text("page"),
    "api": Text("program"),
    "import": Text("list"),
}
