"""What is wrong with the types of work orders, in words that help to mend it. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from crm.catalog import calendars
from crm.catalog.fields import IN_THE_FIELD, OPENING, FormField
from crm.catalog.order_shapes import FACTS, FIELD_PREFIX, WHOLE, PrintForm
from crm.catalog.work_order_types import VERBS, Step, WorkOrderType, WorkOrderTypes
from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.permissions import Rights

_TWICE: Final = Text("The code is used twice.")
_IS_REQUEST: Final = Text("A request is made instead of such an order: it follows from nothing.")


def problems(body: WorkOrderTypes) -> list[Problem]:
    """Names that lead nowhere, steps nobody reaches, flows without an end."""
    return [
        *_type_problems(body),
        *_limit_problems(body),
        *_flow_problems(body),
        *_key_problems(body),
        *_form_problems(body),
        *(found for one in body.types for found in _parts_of(body, one)),
    ]


def _limit_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    for name, calendar in body.calendars.items():
        yield from calendars.problems(name, calendar)
    for name, rungs in body.chains.items():
        minutes = [rung.after_minutes for rung in rungs]
        if minutes != sorted(set(minutes)):
            words = Text("Each step of a chain must come later than the one before.")
            yield Problem("error", "chain-order", name, words)
    for one in body.types:
        yield from _limits_of(body, one)


def _limits_of(body: WorkOrderTypes, one: WorkOrderType) -> Iterator[Problem]:
    if one.chain and one.chain not in body.chains:
        yield Problem("error", "no-chain", one.code, Text("There is no such chain."))
    for limit in [body.limit(one.code, one.urgency), *one.limits.values()]:
        if limit.calendar and limit.calendar not in body.calendars:
            yield Problem("error", "no-calendar", one.code, Text("There is no such calendar."))
        if limit.respond_minutes > limit.complete_minutes:
            words = Text("It would have to be completed before it is responded to.")
            yield Problem("error", "limits", one.code, words)
        elif (
            not limit.respond_minutes
            <= (limit.arrive_minutes or limit.complete_minutes)
            <= (limit.complete_minutes)
        ):
            words = Text("The arrival has to lie between the response and the completion.")
            yield Problem("error", "limits", one.code, words)


def _type_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    seen: set[str] = set()
    for one in body.types:
        if one.code in seen:
            yield Problem("error", "twice", one.code, _TWICE)
        if one.flow not in body.flows:
            yield Problem("error", "no-flow", one.code, Text("There is no such flow."))
        if one.team not in body.teams:
            yield Problem("error", "no-team", one.code, Text("There is no such team."))
        seen.add(one.code)


def _flow_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    for name, steps in body.flows.items():
        codes = [step.code for step in steps]
        if not steps or len(set(codes)) != len(codes):
            yield Problem("error", "steps", name, Text("Steps are missing or named twice."))
            continue
        reached = _reached(steps)
        for step in steps:
            where = f"{name}/{step.code}"
            yield from _way_problems(step, where, codes)
            if step.code not in reached:
                yield Problem("warning", "unreached", where, Text("No order comes to this step."))
        if not any(step.is_final for step in steps if step.code in reached):
            yield Problem("error", "endless", name, Text("No order could ever be closed."))


def _way_problems(step: Step, where: str, codes: Collection[str]) -> Iterator[Problem]:
    for way in step.transitions:
        if way.action in VERBS:
            words = Text("This name stands for something that every order knows.")
            yield Problem("error", "reserved", where, words)
        if way.to not in codes:
            yield Problem("error", "no-step", where, Text("There is no such step."))


def role_problems(body: WorkOrderTypes, rights: Rights) -> list[Problem]:
    """Roles that steps name and that there are not."""
    words = Text("There is no role %(role)s.")
    return [
        Problem("error", "no-role", f"{name}/{step.code}/{way.action}", words, (("role", role),))
        for name, steps in body.flows.items()
        for step in steps
        for way in step.transitions
        for role in way.roles
        if role not in rights
    ]


def _reached(steps: tuple[Step, ...]) -> set[str]:
    by_code = {step.code: step for step in steps}
    reached: set[str] = set()
    waiting = [steps[0].code]
    while waiting:
        code = waiting.pop()
        if code not in reached and code in by_code:
            reached.add(code)
            waiting.extend(transition.to for transition in by_code[code].transitions)
    return reached


def _key_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    keys = Counter(one.ivr_key for one in body.types if one.ivr_key)
    for one in body.types:
        if keys[one.ivr_key] > 1:
            words = Text("Two types have the same key of the telephone.")
            yield Problem("error", "key-twice", one.code, words)
        if one.ivr_key and not one.faults:
            words = Text("A key of the telephone needs a fault that callers report.")
            yield Problem("error", "key-alone", one.code, words)


def _form_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    for name, form in body.print_forms.items():
        fields = {
            field.name
            for one in body.types
            if (one.print_form or "order") == name
            for field in one.fields
        }
        yield from _items_of(name, form, fields)


def _items_of(name: str, form: PrintForm, fields: Collection[str]) -> Iterator[Problem]:
    for section in form.sections:
        for item in section.items:
            is_field = item.startswith(FIELD_PREFIX) and item[len(FIELD_PREFIX) :] in fields
            if item not in FACTS and item not in WHOLE and not is_field:
                words = Text("The printed form cannot show %(item)s.")
                yield Problem("error", "no-item", name, words, (("item", item),))


def _parts_of(body: WorkOrderTypes, one: WorkOrderType) -> Iterator[Problem]:
    ways = {way.action for step in body.flows.get(one.flow, ()) for way in step.transitions}
    if one.print_form and one.print_form not in body.print_forms:
        yield Problem("error", "no-form", one.code, Text("There is no such printed form."))
    for code, count in Counter(line.code for line in one.fees).items():
        if count > 1:
            yield Problem("error", "twice", f"{one.code}/fees/{code}", _TWICE)
    acts = {each.after for each in one.follow_ups} | {each.action for each in one.closed_hours}
    for act in sorted(acts - ways):
        yield _no_action(f"{one.code}/{act}")
    for field in one.fields:
        yield from _field_problems(body, one, field, ways)
    yield from _references(body, one)


def _references(body: WorkOrderTypes, one: WorkOrderType) -> Iterator[Problem]:
    codes = {each.code for each in body.types}
    for follow_up in one.follow_ups:
        where = f"{one.code}/{follow_up.type}"
        if follow_up.type not in codes:
            yield Problem("error", "no-type", where, Text("There is no such type of order."))
        elif body.type(follow_up.type).request:
            yield Problem("error", "is-request", where, _IS_REQUEST)
    if one.request and (one.faults or one.follow_ups):
        yield Problem("error", "is-request", one.code, _IS_REQUEST)
    whens = [(each.type, each.when) for each in one.follow_ups]
    whens += [(each.name, each.required_when) for each in one.fields]
    names = {field.name for field in one.fields}
    for place, when in whens:
        if when is not None and when.field not in names:
            words = Text("The condition asks for a field that does not exist.")
            yield Problem("error", "no-field", f"{one.code}/{place}", words)


def _field_problems(
    body: WorkOrderTypes, one: WorkOrderType, field: FormField, ways: Collection[str]
) -> Iterator[Problem]:
    where = f"{one.code}/{field.name}"
    if [each.name for each in one.fields].count(field.name) > 1:
        yield Problem("error", "twice", where, Text("The name is used twice."))
    if field.dictionary and field.dictionary not in body.dictionaries:
        yield Problem("error", "no-dictionary", where, Text("There is no such dictionary."))
    if field.at != OPENING and field.at not in ways:
        yield _no_action(where)
    if field.at == OPENING and field.type in IN_THE_FIELD:
        words = Text("Photos, signatures and measurements are taken with an action of the flow.")
        yield Problem("error", "not-at-opening", where, words)
    if field.least is not None and field.most is not None and field.least > field.most:
        yield Problem("error", "bounds", where, Text("The least is more than the most."))


def _no_action(where: str) -> Problem:
    return Problem("error", "no-action", where, Text("The flow knows no such action."))
