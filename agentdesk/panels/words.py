"""Words for codes that come from the data."""

from collections.abc import Mapping
from typing import Final

from mainline.i18n import Text

CALLER_WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "classes": {
        "residential": Text("Residential"),
        "commercial": Text("Commercial"),
        "public": Text("Public institution"),
        "industrial": Text("Industrial"),
        "vip": Text("VIP"),
    },
    "statuses": {
        "active": Text("In supply"),
        "suspended": Text("Suspended"),
        "closed": Text("Closed"),
    },
    "hows": {
        "ani": Text("known by number"),
        "choice": Text("chosen"),
        "keypad": Text("known by account number"),
        "none": Text("number not known"),
        "withheld": Text("number withheld"),
    },
    "units": {
        "m3": Text("m³"),
        "t": Text("tonnes"),
        "kwh": Text("kWh"),
        "gj": Text("GJ"),
    },
    "sources": {
        "ivr": Text("by keypad"),
        "desk": Text("told to an agent"),
        "round": Text("read on the round"),
        "remote": Text("read from afar"),
    },
    "watch": {
        "tampering": Text("Meter tampered with"),
        "violation": Text("Breach of the rules of use"),
        "theft": Text("Supply stolen"),
        "threat": Text("Threatens staff"),
        "other": Text("Careful"),
    },
    "proofs": {
        "number": Text("Identity: confirmed number"),
        "keyed": Text("Identity verified by keypad"),
        "refused": Text("Identity not proven"),
    },
    "ways": {
        "phone": Text("By telephone"),
        "sms": Text("By text message"),
        "not_by_phone": Text("Not by telephone"),
    },
    "roles": {
        "owner": Text("Owner of the account"),
        "tenant": Text("Tenant"),
        "payer": Text("Payer"),
        "property": Text("Property company"),
    },
    "languages": {
        "zh": Text("Chinese"),
        "en": Text("English"),
    },
    "results": {
        "done": Text("done"),
        "person": Text("asked for a person"),
        "failed": Text("did not work"),
        "nothing": Text("nothing found"),
    },
}

URGENCIES: Final[Mapping[str, Text]] = {
    "emergency": Text("Emergency"),
    "urgent": Text("Urgent"),
    "normal": Text("Normal"),
}
