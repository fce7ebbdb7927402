"""A database with one row in each table, and something in each column that not everybody may see.

A column of text is told from its model: what is not named here as a code or as words of the house
holds what a customer said, so a new column is seeded until somebody says what else it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, Column, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper

from mainline import features
from mainline.db import SECRET, Base, Moment
from mainline.masking import Eyes

AT: Final = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CALL: Final = "ml-1.1"
ORDER: Final = "20261123-0001"
REQUEST: Final = "20261123-0002"


def listed(columns: str) -> frozenset[str]:
    """A list of columns."""
    return frozenset(columns.split())


CODES: Final = listed(
    """
    about about_call acknowledged_by act action added_by agent agent_number ani_tail answer
    asked_by attempt_call_id author booked_by branch by call_id channel class_code code
    column_name confirmed_by consumer contact_by contact_from contact_until created_by
    customer_class decided_by direction dnis done_by emergency
    ended_by entered_by fact file from_step hash head heard_by held how id id_tail
    identified_how kind language lease_agent level lifted_by login made_by mapping measure
    media_type menu message_file mode node open_key outcome_code overseer own_call_id owner
    password_hash path period pool process public_id published_by purpose questionnaire queue
    raised_by reached reader request result retired_by role row_key rule salt session_id
    settled_by sha256 slot source standing state station status step stopped subject table_name
    tail team term to_step token_hash told type_code undone_by unit urgency utility verdict what
    withdrawn_by word work_order worker workplace
    """
)
"""Columns, whatever their table, whose values are one of a list, a key, a hash or a member of
staff."""
ALSO_CODES: Final = listed(
    """
    account_link.number agent_fact.detail agent_state.interrupted agent_state.number
    agent_state.reason
    agent_state.word_reason agent_stint.reason auth_session.address data_export.number
    dial_attempt.outcome disposition.reason field_act.key field_act.outcome field_attachment.key
    import_run.key interaction.outcome interaction.reason knowledge_mark.key
    knowledge_term.sound life_request.key life_request.number login_failure.who matter.key
    menu_passage.keys menu_passage.target meter.number meter_reading.key payment_block.key
    promise.key rule_firing.key rule_firing.outcome service_account.number unmasking.reason
    work_order.key work_order.number work_order_move.target campaign_task.key
    address_node.initials customer.initials webhook.url
    """
)
"""The same of a single table."""
OF_THE_HOUSE: Final = listed(
    """
    address_alias.name address_node.name_en address_node.name_zh api_token.name audit_entry.why
    bulletin.text bulletin.title bulletin_receipt.name campaign.name campaign.text_en
    campaign.text_zh campaign.theme definition_version.body definition_version.name
    definition_version.why knowledge_attachment.name knowledge_gap.words knowledge_look.words
    knowledge_search.words knowledge_version.why
    knowledge_version.note outage.text_en outage.text_zh recording_access.name
    rule_firing.name_en rule_firing.name_zh service_area.name_en service_area.name_zh
    staff_user.name webhook.name webhook.why_paused work_order_fee.label_en
    work_order_fee.label_zh audit_entry.changes journal_entry.payload
    """
)
"""What the house tells its staff or everybody: streets, notices, rules and the names of staff. (The
log and the journal hold what was done to other columns: they are filled by doing it. Of searches no
number is kept.)"""
NAMES: Final = frozenset({"customer.name"})
ADDRESSES: Final = listed(
    """
    premise.address_zh premise.address_en placing_decision.typed placing_decision.address
    """
)
NUMBERS: Final = listed(
    """
    barred_number.number callback.number campaign_task.number customer_phone.number
    do_not_call.number interaction.ani outage_request.number promise.number work_order.contact
    """
)


@dataclass(frozen=True)
class Seed:
    """Something that stands in one column and nowhere else."""

    column: str
    what: str
    """number, name, address or identity: as ``Eyes`` calls them."""
    found: str
    """What may not be read by whoever does not see such things."""

    def hidden_from(self, eyes: Eyes) -> bool:
        """Whether these eyes may not read it."""
        shown = {
            "number": eyes.numbers, "name": eyes.names,
            "address": eyes.addresses, "identity": eyes.identities,
        }  # fmt: skip
        return not shown[self.what]


@dataclass
class Seeds:
    """All that was put anywhere."""

    all: list[Seed] = field(default_factory=list)

    def _sown(self, column: str, what: str, found: str) -> str:
        self.all.append(Seed(column, what, found))
        return found

    def number(self, column: str) -> str:
        """A telephone number of a customer."""
        return self._sown(column, "number", f"1390000{len(self.all):04d}")

    def name(self, column: str) -> str:
        """The name of a customer."""
        return "鄂" + self._sown(column, "name", f"温克{_SIGNS[len(self.all) % len(_SIGNS)]}仁")

    def address(self, column: str) -> str:
        """Where a customer lives."""
        room = 10_000 + len(self.all)
        if column.endswith("_en"):
            home = self._sown(column, "address", f"Room {room}")
            return f"{home}, Unit 2, Building 3, Sunshine Garden, Heping"
        return "沈阳市和平区幸福小区3号楼2单元" + self._sown(column, "address", f"{room}室")

    def text(self, column: str) -> str:
        """What somebody typed: a number, and that of an identity card."""
        card = self._sown(column, "identity", f"11010519900100{len(self.all):03d}X")
        return f"请拨{self.number(column)}，证{card}"

    def in_column(self, column: str) -> str:
        """What belongs there."""
        for columns, made in (
            (NUMBERS, self.number), (NAMES, self.name), (ADDRESSES, self.address),
        ):  # fmt: skip
            if column in columns:
                return made(column)
        return self.text(column)


_SIGNS: Final = "".join(map(chr, range(0x4E10, 0x4E10 + 500)))


# --- rows ---------------------------------------------------------------------------------------

LATER: Final = AT + timedelta(days=2)
BY_NAME: Final[Mapping[str, object]] = {
    "agent": "8001", "agent_number": "8001", "lease_agent": "8001", "owner": "8001",
    "worker": "8001", "overseer": "8000", "call_id": CALL, "about_call": CALL,
    "path": "/1/", "queue": "repair", "team": "repair", "utility": "heat", "language": "zh",
    "dnis": "96001", "unit": "gj", "class_code": "leak", "period": "2026-11",
    "sha256": "0" * 64, "menu": "main", "node": "main", "about": "message", "source": "desk",
    "expires_at": LATER, "due_at": LATER, "due_complete_at": LATER, "lease_until": LATER,
    "work_order": ORDER, "request": REQUEST, "subject": "customer:1",
    "type_code": "leak", "version": 1, "type_version": 1,
}  # fmt: skip
"""What a column holds, whatever its table."""
GIVEN: Final[Mapping[str, Mapping[str, object]]] = {
    "address_node": {"level": "district", "name_zh": "和平区", "name_en": "Heping"},
    "alert": {"measure": "unusual-reading", "subject": "agent:8001", "level": "warn"},
    "appointment": {"pool": "heping", "slot": "morning", "starts_at": LATER, "ends_at": LATER,
                    "day": LATER.date()},
    "bulletin": {"what": "bulletin", "text": "x", "title": "x"},
    "callback": {"state": "waiting", "next_at": LATER},
    "campaign": {"purpose": "visit", "state": "running"},
    "campaign_task": {"state": "leased", "next_at": AT},
    "data_export": {"number": "EX-000001", "what": "customers", "state": "approved",
                    "asked_by": "8001"},
    "disposition": {"reason": "fault_leak"},
    "field_act": {"key": "abcdefgh", "kind": "move", "action": "accept", "outcome": "conflict"},
    "field_attachment": {"key": "abcdefgh", "kind": "photo", "media_type": "image/jpeg",
                         "complete_at": AT},
    "duplicate_decision": {"what": "customer", "verdict": "merged", "other_id": 2},
    "interaction": {"id": CALL, "outcome": "answered", "reason": "fault_leak", "answered_at": AT,
                    "ended_at": AT, "direction": "in", "customer_id": 1},
    "knowledge_attachment": {"kind": "txt"},
    "knowledge_version": {"state": "published", "valid_from": AT},
    "life_request": {"number": REQUEST, "kind": "transfer", "state": "date"},
    "matter": {"state": "settled", "settled_at": AT},
    "outage": {"kind": "fault", "area_id": 1, "text_zh": "抢修", "text_en": "Repair"},
    "note": {"subject": "agent:8001"},
    "outage_candidate": {"state": "confirmed", "decided_at": AT},
    "placing_decision": {"verdict": "placed"},
    "promise": {"what": "come", "state": "open"},
    "recording": {"state": "stored", "kind": "call"},
    "rule_firing": {"fact": "order_opened", "act": "open_order", "outcome": "done"},
    "staff_user": {"login": "agent1", "roles": ["agent"], "station": "softphone"},
    "voice_message": {"state": "settled", "file": "m.wav"},
    "watch_entry": {"what": "tampering"},
    "work_order": {"number": ORDER, "step": "assigned", "urgency": "urgent"},
    "work_order_move": {"action": "note", "to_step": "assigned"},
}  # fmt: skip
"""What a row needs to be one."""
POINTS_TO: Final = listed(
    """
    account_id appointment_id
    asked_by_id article_id bulletin_id campaign_id candidate_id customer_id
    device_id from_id kept_id meter_id node_id other_id outage_id premise_id recording_id
    service_area_id task_id to_id user_id work_order_id
    """
)
"""Columns that name a row of another table: its only one."""
BY_THE_HOUSE: Final = listed(
    """
    api_token audit_entry audit_left auth_session cel_cursor definition_version journal_cursor
    journal_entry live_call webhook webhook_delivery
    """
)
"""Tables that are filled by what is done, or hold nothing of a customer."""


def mappers() -> list[Mapper[Any]]:
    """Every table there is, those first that others point to."""
    list(features.modules("models"))
    known = {each.local_table.name: each for each in Base.registry.mappers}  # type: ignore[attr-defined]
    return [known[table.name] for table in Base.metadata.sorted_tables]


async def furnish(session: AsyncSession) -> Seeds:
    """One row in each table that has none; what may not be read of them."""
    seeds = Seeds()
    for mapper in mappers():
        name = mapper.local_table.name  # type: ignore[attr-defined]
        there = await session.scalar(select(func.count()).select_from(mapper.class_))
        if not there and name not in BY_THE_HOUSE:
            session.add(mapper.class_(**dict(_row(mapper, name, seeds))))
            await session.flush()
    return seeds


def _row(mapper: Mapper[Any], table: str, seeds: Seeds) -> Iterable[tuple[str, object]]:
    for attribute in mapper.column_attrs:
        column, key = attribute.columns[0], attribute.key
        assert isinstance(column, Column)
        named = f"{table}.{column.name}"
        if column.name in GIVEN.get(table, {}):
            yield key, GIVEN[table][column.name]
        elif named in OBJECTS:
            yield key, OBJECTS[named](seeds, named)
        elif holds_words(column, named):
            yield key, seeds.in_column(named)
        elif column.name in BY_NAME:
            yield key, BY_NAME[column.name]
        elif column.name in POINTS_TO:
            yield key, 1
        elif not column.nullable and column.default is None and column.name != "id":
            yield key, AT if isinstance(column.type, Moment) else _plain(column, named)


def holds_words(column: Column[Any], named: str) -> bool:
    """Whether it may hold what a customer said or is called."""
    is_text = isinstance(column.type, String) and column.info != SECRET
    return is_text and column.name not in CODES and named not in ALSO_CODES | OF_THE_HOUSE


def _plain(column: Column[Any], named: str) -> object:
    return _PLAIN[column.type.python_type](named)


_PLAIN: Final[Mapping[type, Callable[[str], object]]] = {
    str: lambda named: named.partition(".")[2][:8], int: lambda _named: 1, float: lambda _n: 1.0,
    bool: lambda _named: False, bytes: lambda _named: b"x", date: lambda _named: AT.date(),
    dict: lambda _named: {}, list: lambda _named: [],
}  # fmt: skip


# --- objects in a column ------------------------------------------------------------------------


def _fields(seeds: Seeds, column: str) -> object:
    return {"where": seeds.text(column)}


def _facts(seeds: Seeds, column: str) -> object:
    at = AT.isoformat()
    return [
        {"kind": "call.offered", "at": at, "ani": seeds.number(column), "dnis": "96001"},
        {"kind": "flow.finished", "at": at, "flow": "callback", "outcome": "done",
         "detail": seeds.text(column)},
        {"kind": "call.transferred", "at": at, "agent": "8001", "target": seeds.number(column)},
    ]  # fmt: skip


def _details(seeds: Seeds, column: str) -> object:
    return {
        "person": seeds.number(column), "person_name": seeds.name(column),
        "person_phone": seeds.number(column), "address": seeds.address(column),
        "fields": {"why": seeds.text(column)},
    }  # fmt: skip


def _papers(seeds: Seeds, column: str) -> object:
    at = AT.isoformat()
    return [{"code": "identity", "role": "leader", "by": "8000", "at": at,
             "note": seeds.text(column)}]  # fmt: skip


def _done_in_the_field(seeds: Seeds, column: str) -> object:
    return {"note": seeds.text(column), "fields": {"where": seeds.text(column)}}


def _as_it_stood(seeds: Seeds, column: str) -> object:
    lines = [{"zh": "位置", "en": "Where", "value": {"zh": seeds.text(column), "en": "x"}}]
    return {"step": "new", "owner": "8001", "note": seeds.text(column), "fields": lines}


OBJECTS: Final[Mapping[str, Callable[[Seeds, str], object]]] = {
    "call_timeline.facts": _facts,
    "disposition.fields": _fields,
    "field_act.body": _done_in_the_field,
    "field_act.theirs": _as_it_stood,
    "life_request.approvals": _papers,
    "life_request.details": _details,
    "life_request.documents": _papers,
    "campaign_task.answers": _fields,
    "campaign_task.details": _fields,
    "work_order.fields": _fields,
    "data_export.wanted": lambda _seeds, _column: {
        "since": None, "until": None, "customer_class": None,
    },
    "knowledge_version.content": lambda _seeds, _column: {
        "title": {"zh": "阀门"}, "body": {"zh": "关闭"},
    },
}  # fmt: skip
PLAIN_OBJECTS: Final = listed(
    """
    agent_state.proven bulletin.roles call_rating.scores campaign.agents campaign.selection
    duplicate_decision.moved field_act.based_on field_act.words import_run.files
    import_run.progress interaction.flows interaction.keys interaction.menu_path
    knowledge_version.writers life_request.fees live_call.state placing_decision.became
    placing_decision.was service_area.outline staff_user.roles staff_user.skills webhook.kinds
    work_order.limits_told
    """
)
"""Objects that hold codes, numbers of rows or sums."""


def unsorted_objects() -> set[str]:
    """Columns that hold objects of which nobody has said what is in them."""
    named = {
        f"{column.table.name}.{column.name}"
        for mapper in mappers()
        for column in mapper.columns
        if isinstance(column, Column) and isinstance(column.type, JSON)
    }
    return named - PLAIN_OBJECTS - set(OBJECTS)
