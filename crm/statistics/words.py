"""What the figures are called."""

from typing import Final

from mainline.i18n import Text

BY_WORDS: Final = {
    "branch": Text("Branch"),
    "team": Text("Team"),
    "person": Text("Person"),
    "type": Text("Type"),
    "cause": Text("Cause"),
    "time": Text("Time"),
}
COUNT_WORDS: Final = {
    "opened": Text("Opened in the period"),
    "unfinished": Text("Unfinished"),
    "late": Text("Past its limit"),
    "emergency": Text("Unfinished emergencies"),
    "paused": Text("Clock stopped"),
    "done": Text("Done"),
    "done_on_time": Text("Done in time"),
    "answered": Text("Taken on"),
    "answered_on_time": Text("Taken on in time"),
    "arrived": Text("Arrived"),
    "arrived_on_time": Text("Arrived in time"),
    "closed": Text("Orders closed"),
}
RATE_WORDS: Final = {
    "on_time_percent": Text("In time, percent"),
    "answered_percent": Text("Taken on in time, percent"),
    "arrived_percent": Text("Arrived in time, percent"),
}
