import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainline.phone import mask, normalise, spellings

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0(10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6}", fullmatch=True)
NOISE = st.sampled_from(["", " ", "-", "(", ")", ".", "·", "/", " - "])


@pytest.mark.parametrize(
    ("raw", "number", "kind"),
    [
        ("13800008000", "13800008000", "mobile"),
        ("+8613800008000", "13800008000", "mobile"),
        ("+86 138 0000 8000", "13800008000", "mobile"),
        ("008613800008000", "13800008000", "mobile"),
        ("8613800008000", "13800008000", "mobile"),
        ("013800008000", "13800008000", "mobile"),
        ("+86013800008000", "13800008000", "mobile"),
        ("１３８００００８０００", "13800008000", "mobile"),
        ("02431234567", "02431234567", "landline"),
        ("+862431234567", "02431234567", "landline"),
        ("00862431234567", "02431234567", "landline"),
        ("862431234567", "02431234567", "landline"),
        ("024-3123 4567", "02431234567", "landline"),
        ("(024)31234567 ext. 12", "02431234567", "landline"),
        ("02431234567转801", "02431234567", "landline"),
        ("02431234567#5", "02431234567", "landline"),
        ("31234567", "02431234567", "landline"),
        ("0411-8123456", "04118123456", "landline"),
        ("01062345678", "01062345678", "landline"),
        ("12345", "12345", "service"),
        ("95598", "95598", "service"),
        ("4008001234", "4008001234", "service"),
        ("+14155550123", "+14155550123", "foreign"),
        ("0014155550123", "+14155550123", "foreign"),
        ("", None, "withheld"),
        (None, None, "withheld"),
        ("anonymous", None, "withheld"),
        ("Anonymous ", None, "withheld"),
        ("unknown", None, "withheld"),
        ("RESTRICTED", None, "withheld"),
        ("hello", None, "nonsense"),
        ("1380000800", None, "nonsense"),
        ("138000080000", None, "nonsense"),
        ("+", None, "nonsense"),
        ("+86", None, "nonsense"),
        ("0", None, "nonsense"),
        ("13800008000\n13800008001", None, "nonsense"),
        ("13800008000\x00", None, "nonsense"),
        ("'; DROP TABLE customer; --", None, "nonsense"),
        ("1" * 65, None, "nonsense"),
        ("٠١٢٣٤٥٦٧٨٩٠", None, "nonsense"),
    ],
)
def test_numbers_as_networks_and_people_write_them(
    raw: str | None, number: str | None, kind: str
) -> None:
    found = normalise(raw, area_code="024")
    assert (found.number, found.kind) == (number, kind)


@given(st.one_of(st.none(), st.text(max_size=80)))
def test_whatever_comes_in_nothing_breaks_and_nothing_strange_comes_out(raw: str | None) -> None:
    found = normalise(raw, area_code="024")
    assert (found.number is None) == (found.kind in {"withheld", "nonsense"})
    if found.number is not None:
        assert found.number.lstrip("+").isdecimal()
        assert found.number.isascii()
        assert len(found.number) <= 16


@given(st.text(alphabet="0123456789+-() 转#x", max_size=24))
def test_what_is_normal_stays_as_it_is(raw: str) -> None:
    found = normalise(raw, area_code="024")
    if found.number is not None:
        assert normalise(found.number, area_code="024") == found


@given(MOBILES, NOISE, st.sampled_from(["", "+86", "0086", "86", "0", "+860"]))
def test_a_mobile_is_the_same_however_it_is_written(number: str, noise: str, prefix: str) -> None:
    written = f"{prefix}{noise}{number[:3]}{noise}{number[3:7]}{noise}{number[7:]}"
    assert normalise(written).number == number


@given(LANDLINES, NOISE, st.sampled_from(["0", "+86", "0086", "+860"]))
def test_a_landline_is_the_same_however_it_is_written(number: str, noise: str, prefix: str) -> None:
    assert normalise(f"{prefix}{noise}{number[1:]}").number == number


@given(st.one_of(MOBILES, LANDLINES))
def test_every_spelling_of_a_number_normalises_to_it(number: str) -> None:
    code = number[:3] if number.startswith(("010", "02")) else ""
    for spelling in spellings(number, area_code=code):
        assert normalise(spelling, area_code=code).number == number


def test_a_local_spelling_is_only_of_the_companys_own_city() -> None:
    assert "31234567" in spellings("02431234567", area_code="024")
    assert "31234567" not in spellings("02131234567", area_code="024")


def test_a_foreign_number_and_a_service_have_their_spellings() -> None:
    assert spellings("+14155550123") == ("+14155550123", "0014155550123")
    assert spellings("95598") == ("95598",)


@given(st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True))
def test_a_masked_number_shows_at_most_seven_digits(number: str) -> None:
    shown = mask(number)
    assert len(shown) == len(number)
    assert shown.count("*") >= len(number) - 7
    if len(number) > 1:
        assert "*" in shown or len(number) == 7


def test_masks_as_the_rules_show_them() -> None:
    assert mask("13800008000") == "138****8000"
    assert mask("12345") == "1****"
    assert mask("") == mask(None) == ""
