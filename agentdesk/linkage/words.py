"""Rules in words: when this, then that."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crm.catalog.fields import FormField
from crm.catalog.wording import in_words
from crm.catalog.work_order_types import WorkOrderTypes
from crm.linkage.rules import Then, When
from mainline.i18n import Text, _, current_locale

_FACTS: Final[dict[str, Text]] = {
    "order_opened": Text("An order is opened"),
    "order_done": Text("An order is done"),
    "account_changed": Text("A request takes effect"),
    "payment_received": Text("Money is received"),
}
_ACTS: Final[dict[str, Text]] = {
    "block_payment": Text("payment is blocked"),
    "lift_block": Text("the block on payment is lifted"),
    "open_order": Text("an order is opened"),
    "join_outage": Text("it joins the order of the outage at its place"),
}
_EFFECTS: Final[dict[str, Text]] = {
    "connect": Text("connection"),
    "transfer": Text("transfer of ownership"),
    "split": Text("household split"),
    "merge": Text("merging of households"),
    "demolish": Text("demolition"),
    "suspend": Text("suspension"),
    "resume": Text("resumption"),
    "disconnect": Text("disconnection"),
    "area": Text("change of area"),
    "use": Text("change of use"),
}
_URGENCIES: Final[dict[str, Text]] = {
    "emergency": Text("Emergency"),
    "urgent": Text("Urgent"),
    "normal": Text("Normal"),
}
_STATUSES: Final[dict[str, Text]] = {
    "active": Text("In supply"),
    "suspended": Text("Suspended"),
    "closed": Text("Closed"),
}
OUTCOMES: Final[dict[str, Text]] = {
    "done": Text("done"),
    "nothing": Text("nothing to do"),
    "refused": Text("not possible"),
}
TONES: Final[dict[str, str]] = {"done": "good", "nothing": "", "refused": "bad"}


def when_words(when: When, types: WorkOrderTypes | None) -> str:
    """What has to happen."""
    parts = [
        _some(_type(types, code) for code in when.types),
        _some(_(_URGENCIES[one]) for one in when.urgencies),
        _some(_(_EFFECTS[one]) for one in when.effects),
        _some(_(_STATUSES[one]) for one in when.statuses),
        *(_filled(types, when, name, values) for name, values in when.fields.items()),
        _("nothing is owed any more") if when.settled else "",
        _("the last one done was: %(type)s", type=_type(types, when.after)) if when.after else "",
    ]
    about = " · ".join(filter(None, parts))
    return f"{_(_FACTS[when.fact])}{f' ({about})' if about else ''}"


def then_words(then: Then, types: WorkOrderTypes | None) -> str:
    """What is done."""
    about = [_type(types, then.type) if then.type else ""]
    about.append(then.words.to(current_locale()) if then.words else "")
    told = " · ".join(filter(None, about))
    return f"{_(_ACTS[then.act])}{f': {told}' if told else ''}"


def act_words(act: str) -> str:
    """What was done."""
    return _(_ACTS[act]) if act in _ACTS else act


def _type(types: WorkOrderTypes | None, code: str) -> str:
    names: Mapping[str, str] = (
        {one.code: one.name.to(current_locale()) for one in types.types} if types else {}
    )
    return names.get(code, code)


def _filled(types: WorkOrderTypes | None, when: When, name: str, values: Sequence[str]) -> str:
    """A field and its values as the form of these types calls them; codes where none has it."""
    fields = [
        field
        for one in (types.types if types else ())
        if one.code in when.types or not when.types
        for field in one.fields
        if field.name == name
    ]
    if not fields:
        return f"{name} = {_some(values)}"
    told = (_value(fields[0], value) for value in values)
    return f"{fields[0].label.to(current_locale())}: {_some(told)}"


def _value(field: FormField, value: str) -> str:
    match field.type:
        case "choice":
            return in_words(field, value, current_locale())
        case "yes_no":
            return in_words(field, value == "yes", current_locale())
        case _:
            return value


def _some(words: Iterable[str]) -> str:
    return " / ".join(words)
