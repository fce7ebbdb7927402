"""What is masked, and that nobody masks anywhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainline.config import PROJECT
from mainline.masking import BLIND, OPEN_EYES, Eyes
from mainline.permissions import ROLES, Permission

AROUND = st.text("王号院楼，, -+0123456789aX", max_size=60)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王芳", "王*"), ("欧阳娜娜", "欧***"), ("阳光物业有限公司", "阳***"), ("John Smith", "J***"),
     ("李", "李"), ("", ""), (None, "")],
)  # fmt: skip
def test_a_name_keeps_its_first_character(name: str | None, shown: str) -> None:
    assert BLIND.name(name) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("沈阳市和平区幸福小区3号楼2单元501室", "沈阳市和平区幸福小区****"),
        ("和平路三号院", "和平路****"),
        ("和平里小区2-1-501", "和平里小区****"),
        ("幸福小区", "幸福****"),
        ("3号楼", "3****"),
        ("Room 501, Unit 2, Building 3, Sunshine Garden, Heping", "****, Sunshine Garden, Heping"),
        ("", ""),
    ],
)
def test_an_address_keeps_its_community_and_hides_the_home(address: str, shown: str) -> None:
    assert BLIND.address(address) == shown


def test_an_identity_keeps_its_area_and_its_end() -> None:
    assert BLIND.identity("110105199001010123") == "110105********0123"
    assert BLIND.identity("11010519900101012X") == "110105********012X"
    assert BLIND.identity("0123") == "****"


def test_numbers_in_free_text_are_masked_like_those_in_fields() -> None:
    told = "让 13800008000 或 024-86005678 回电，身份证 110105199001010123，账号 20001234"
    assert BLIND.text(told) == (
        "让 138****8000 或 024*****5678 回电，身份证 110105********0123，账号 20001234"
    )
    assert Eyes(numbers=True).text("13800008000 110105199001010123") == (
        "13800008000 110105********0123"
    )
    assert BLIND.fields({"phone": "13800008000", "room_c": 15}) == {
        "phone": "138****8000", "room_c": 15,
    }  # fmt: skip
    assert BLIND.fields({"field": {"asked": ["拨 13800008000", 2, None]}}) == {
        "field": {"asked": ["拨 138****8000", 2, None]},
    }  # fmt: skip


def test_a_record_of_any_table_is_masked_by_the_names_of_its_columns() -> None:
    row = {
        "number": "13800008000", "name": "王芳", "address_zh": "和平路三号院", "priority": 2,
        "notes": "拨 13800008000", "was": {"typed": "和平路三号院"}, "roles": ["agent"],
    }  # fmt: skip
    assert BLIND.columns(row) == {
        "number": "138****8000", "name": "王*", "address_zh": "和平路****", "priority": 2,
        "notes": "拨 138****8000", "was": {"typed": "和平路****"}, "roles": ["agent"],
    }  # fmt: skip
    assert OPEN_EYES.columns(row) == row


@given(AROUND, st.integers(13_000_000_000, 19_999_999_999).map(str))
def test_no_text_lets_a_telephone_number_through(around: str, number: str) -> None:
    apart = around.replace(number[3:7], "")
    assert number not in BLIND.text(f"{apart} {number} {apart}")


@given(AROUND)
def test_who_may_see_everything_reads_what_is_written(text: str) -> None:
    eyes = OPEN_EYES
    assert (eyes.name(text), eyes.number(text), eyes.address(text), eyes.text(text)) == (
        text, text, text, text,
    )  # fmt: skip


def test_what_each_role_sees_without_asking() -> None:
    seen = {role: Eyes.of(permissions) for role, permissions in ROLES.items()}
    assert seen == {
        "agent": Eyes(names=True, addresses=True),
        "leader": Eyes(numbers=True, names=True, addresses=True),
        "quality": BLIND,
        "dispatcher": Eyes(numbers=True, names=True, addresses=True),
        "cashier": Eyes(names=True),
        "field": Eyes(names=True, addresses=True),
        "admin": OPEN_EYES,
    }


_MASKERS = {"mainline/masking.py", "mainline/phone.py"}
_BY_ITSELF = re.compile(r"import (?:.*, )?mask\b|Permission\.SEE_(?:NUMBERS|NAMES|ADDRESSES)")
_PRINTED = re.compile(
    r"\{\{\s*[\w.]*(?:customer\.name|person\.name|customer_name|address_zh|phone\.number|\.ani)\b"
    r"|\|\s*mask\b"
)


def test_nobody_masks_but_the_one_place() -> None:
    """Use ``who.sees`` in Python, ``sees`` in templates: ``sees.number(…)``, ``sees.name(…)``."""
    found = []
    for folder in ("agentdesk", "crm", "recordings", "ivr", "agi", "mainline"):
        for path in sorted((PROJECT / folder).rglob("*")):
            name, wrong = path.relative_to(PROJECT).as_posix(), None
            if path.suffix == ".py" and name not in _MASKERS:
                wrong = _BY_ITSELF.search(path.read_text("utf-8"))
            elif path.suffix == ".html":
                wrong = _PRINTED.search(path.read_text("utf-8"))
            if wrong is not None:
                found.append(f"{name}: {wrong[0]}")
    assert found == []
    assert Permission.SEE_NUMBERS in ROLES["leader"]
