"""What things are called on the administrator's pages."""

from typing import Final

from mainline.i18n import Text, _

_KINDS: Final[dict[str, Text]] = {
    "alerts": Text("Alarms of the floor"),
    "appointments": Text("Appointments"),
    "callbacks": Text("Call-backs"),
    "dispatch": Text("How people are sent out"),
    "field": Text("Rules for the field"),
    "outage_sense": Text("When an outage is suspected"),
    "policies": Text("Prices and rules"),
    "privacy": Text("What is masked, for whom"),
    "self_service": Text("Self-service"),
    "import_mapping": Text("Mappings of old systems"),
    "ivr_menu": Text("Menus"),
    "hours": Text("Opening hours"),
    "line": Text("Hotline numbers"),
    "call_reasons": Text("Call reasons"),
    "queues": Text("Queues"),
    "context": Text("What callers hear first"),
    "work_order_types": Text("Work order types"),
    "matter_ladder": Text("Whom matters climb to"),
    "linkage": Text("Rules between orders, requests and money"),
    "life_cycle": Text("Requests: papers, approvals, fees, orders"),
    "outbound_rules": Text("Rules of calling out"),
    "questionnaire": Text("Questionnaires"),
    "survey": Text("Survey after the call"),
    "pause_reasons": Text("Reasons for pauses"),
    "roles": Text("Roles"),
    "directory": Text("Directory"),
    "skill_routing": Text("Routing by skill"),
    "message_rules": Text("Rules for messages"),
    "service_standards": Text("Promises of service"),
    "knowledge_words": Text("Words that mean the same"),
    "recording_retention": Text("How long recordings are kept"),
}


def kind_words(kind: str) -> str:
    """The kind in the reader's language; a kind without words shows its name."""
    return _(_KINDS[kind]) if kind in _KINDS else kind


DELIVERY_STATES: Final[dict[str, Text]] = {
    "waiting": Text("Waits"),
    "delivered": Text("Taken"),
    "skipped": Text("Given up"),
}
_STATES: Final[dict[str, Text]] = {
    "ok": Text("all well"),
    "up": Text("up"),
    "starting": Text("starting"),
    "degraded": Text("degraded"),
    "stopping": Text("stopping"),
    "hung": Text("hung"),
    "down": Text("down"),
}


def state_words(state: str) -> str:
    """How a process is."""
    return _(_STATES[state]) if state in _STATES else state


_ACTIONS: Final[dict[str, Text]] = {
    "insert": Text("new"),
    "update": Text("changed"),
    "delete": Text("deleted"),
    "load": Text("loaded"),
}


def action_words(action: str) -> str:
    """What was done with a row."""
    return _(_ACTIONS[action]) if action in _ACTIONS else action
