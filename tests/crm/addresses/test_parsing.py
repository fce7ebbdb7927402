"""Typed addresses: a list by hand, and what holds for any text at all."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.addresses.gazetteer import Gazetteer, Place
from crm.addresses.houses import House, readings, weighed
from crm.addresses.matching import CANDIDATES_MAX, Candidate, parse
from crm.addresses.wording import TEXT_CHARS_MAX, number, plain
from tests.crm.addresses.towns import Typed, gazetteer, typed

BY_HAND = typed()
RANKED_WITHIN = 3
HABITS = "幸福和平小区花园路号院栋楼单元室一二三十百零0123456789０１２-—－#＃ 　,．ABab甲(（)）"
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "　"}


def parts(one: Candidate) -> tuple[str, str, str]:
    return one.house.building, one.house.unit, one.house.room


def means(one: Candidate, wanted: Typed) -> bool:
    return one.place.address.endswith(wanted.place) and parts(one) == wanted.house


def test_at_least_three_hundred_addresses_were_written_by_hand() -> None:
    assert len({(one.town, one.text) for one in BY_HAND}) == len(BY_HAND) >= 300
    assert {one.town for one in BY_HAND} == {"yunzhou", "linjiang", "qinggang", "beihe"}


@pytest.mark.parametrize("one", BY_HAND, ids=lambda one: f"{one.town}-{one.text}")
def test_an_address_is_read_as_a_person_would(one: Typed) -> None:
    parsed = parse(one.text, gazetteer(one.town))
    if one.verdict == "none":
        assert parsed.candidates == ()
    elif one.verdict == "sure":
        assert parsed.sure is not None
        assert means(parsed.sure, one)
    else:
        assert parsed.sure is None
        assert any(means(each, one) for each in parsed.candidates[:RANKED_WITHIN])


def test_whoever_mistypes_is_asked_and_sees_what_was_understood() -> None:
    first, *_ = parse("铁西区兴福小区3号楼", gazetteer("yunzhou")).candidates
    told = [(reason.code, reason.said) for reason in first.reasons]
    assert (first.place.names[0], first.score) == ("幸福小区", 0.54)
    assert told == [("sound", "兴福小区"), ("elsewhere", "铁西区")]


def test_two_places_of_one_name_stand_side_by_side() -> None:
    parsed = parse("和平小区2-3-401", gazetteer("qinggang"))
    assert parsed.sure is None
    assert [(one.place.address, one.score) for one in parsed.candidates[:2]] == [
        ("市南区香港中路街道和平小区", 1.0),
        ("李沧区永清路街道和平小区", 1.0),
    ]


@pytest.mark.parametrize(
    ("said", "value"),
    [("十", "10"), ("二十一", "21"), ("一百零二", "102"), ("百", "100"), ("五〇一", "501"),
     ("两", "2"), ("007", "7"), ("0", "0"), ("A座", "A座"), ("甲3", "甲3"), ("十一-02", "11-2")],
)  # fmt: skip
def test_numbers_are_read(said: str, value: str) -> None:
    assert number(said) == value


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.text(HABITS, max_size=80)))
def test_no_text_is_refused_and_every_answer_is_bounded(text: str) -> None:
    parsed = parse(text, gazetteer("yunzhou"))
    scores = [one.score for one in parsed.candidates]
    assert len(scores) <= CANDIDATES_MAX
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(parsed.text) <= 2 * TEXT_CHARS_MAX
    assert all(one.reasons for one in parsed.candidates)


@given(
    st.lists(
        st.sampled_from(["和平路", "一经街道", "里", *"东甲A号楼门-3二元", "7号", "5号院"]),
        max_size=5,
    ),
    st.sampled_from(
        [
            "3号楼2单元501室",
            "12-1-0501",
            "03栋01单元201",
            "1幢2单元3",
            "3号楼2单元501室东",
            "2-1-501甲",
        ]
    ),
)
def test_homes_in_the_commonest_form_are_read_as_when_every_part_is_weighed(
    place: list[str], house: str
) -> None:
    text = plain("".join(place) + house)
    assert readings(text) == weighed(text)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(HABITS, max_size=60), st.sampled_from([one.text for one in BY_HAND])))
def test_the_width_of_the_characters_changes_nothing(text: str) -> None:
    wide = "".join(WIDE.get(each, each) for each in text)
    assert parse(wide, gazetteer("yunzhou")) == parse(text, gazetteer("yunzhou"))
    assert plain(plain(text)) == plain(text)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 9), st.integers(1, 33), st.integers(1, 9),
    st.sampled_from(["{b}-{u}-{r}", "{b}号楼{u}单元{r}室", "{b}栋{u}单元{r}", "{b}#{u}-{r}",
                     "{b}号{u}门{r}", "{b} {u} {r}", "0{b}-0{u}-0{r}", "{b}号楼{u}单元{f}楼{n}号"]),
)  # fmt: skip
def test_every_way_to_write_a_home_gives_the_same_home(
    building: int, unit: int, floor: int, flat: int, way: str
) -> None:
    room = f"{floor}{flat:02}"
    text = way.format(b=building, u=unit, r=room, f=floor, n=flat)
    first = readings(plain(f"幸福小区{text}"))[0]
    assert (first.place, first.house.building, first.house.unit, first.house.room) == (
        "幸福小区", str(building), str(unit), room,
    )  # fmt: skip


def test_a_large_town_and_the_worst_text_cost_no_more_than_a_small_part_of_a_second() -> None:
    names = [
        f"{a}{b}{c}小区"
        for a in "东西南北中上下前"
        for b in "山河湖海江林"
        for c in "一二三四五六七八"
    ]
    places = [
        Place(i, "community", f"/{i}/", (name, f"{name[:3]}花园"))
        for i, name in enumerate(names * 10, start=1)
    ]
    large = Gazetteer(places)
    began = process_time()
    for text in ("一" * 500, "1-" * 300, "东山一小区" * 60, "号楼单元" * 90, "(" * 400):
        assert len(parse(text, large).candidates) <= CANDIDATES_MAX
    assert process_time() - began < 20
    assert readings("") == [readings("")[0]]
    assert readings("")[0].house == House()
