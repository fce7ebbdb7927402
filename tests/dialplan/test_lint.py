"""The dialplan keeps to the contract and lets nothing unfiltered near anything that acts."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import yaml

from dialplan import contract
from dialplan.render import DIALPLAN
from mainline.phone import PUBLIC_SERVICES


class Step(NamedTuple):
    """One priority of an extension."""

    file: str
    context: str
    pattern: str
    text: str


def steps() -> Iterator[Step]:
    for path in sorted(DIALPLAN.glob("*.conf")):
        context = pattern = ""
        for line in path.read_text("utf-8").splitlines():
            if head := re.match(r"\[([^\]]+)\]", line):
                context = head[1]
            elif first := re.match(r"exten => (\S+?),[^,]+,(.*)", line):
                pattern = first[1]
                yield Step(path.name, context, pattern, first[2])
            elif more := re.match(r"\s*same => n[^,]*,(.*)", line):
                yield Step(path.name, context, pattern, more[1])
            else:
                assert re.match(r"(;.*|include => \S+)?\s*$", line), f"{path.name}: {line}"


STEPS = list(steps())
CONTEXTS = {
    context
    for path in DIALPLAN.glob("*.conf")
    for context in re.findall(r"^\[([^\]]+)\]", path.read_text("utf-8"), re.MULTILINE)
}


def named(prefix: str) -> set[str]:
    return {value for name, value in vars(contract).items() if name.startswith(prefix)}


def used(pattern: str) -> set[str]:
    return {found for step in STEPS for found in re.findall(pattern, step.text)}


def test_every_cel_point_is_in_the_contract_and_every_one_of_the_contract_is_written() -> None:
    points = named("CEL_") - {contract.CEL_FILE, contract.CEL_FIELDS}
    assert used(r"CELGenUserEvent\(([A-Z]+)") == points


def test_every_variable_of_ours_is_in_the_contract() -> None:
    assert used(r"MAINLINE_[A-Z_]+") <= named("VAR_")


def test_every_agi_route_is_in_the_contract_and_carries_the_secret_first() -> None:
    calls = used(r"\bAGI\((.*)\)")
    routes = {call.removeprefix("${AGI_URL}/").partition(",")[0] for call in calls}
    assert routes == named("ROUTE_")
    assert all(re.match(r"\$\{AGI_URL\}/[a-z]+,\$\{AGI_SECRET\}(,|$)", call) for call in calls)


def test_every_context_of_the_contract_exists() -> None:
    assert named("CONTEXT_") <= CONTEXTS


def test_nobody_reaches_people_unrecorded_because_a_gateway_died_over_a_private_entry() -> None:
    resumed = {step.context for step in STEPS if step.text == "Gosub(ml-record-resume,s,1)"}
    assert resumed == {"ml-route", "ml-queue", "ml-back"}


def test_every_place_that_is_jumped_to_exists() -> None:
    targets = used(r"(?:Goto|Gosub)\((ml-[a-z-]+)") | used(r"\?(ml-[a-z-]+),")
    targets |= used(r"[bUG]\((ml-[a-z-]+)") | used(r",,(ml-[a-z-]+)\)")
    assert targets - CONTEXTS == set()


def test_every_prompt_is_in_the_list_in_both_languages() -> None:
    prompts = yaml.safe_load((DIALPLAN / "prompts.yaml").read_text("utf-8"))
    spoken = used(r"\b(ml/[a-z-]+)")
    assert spoken <= set(prompts)
    silent_in_english = {"ml/agent-after"}
    assert {name for name in spoken if "en" not in prompts[name]} == silent_in_english
    assert all("zh" in prompt for prompt in prompts.values())


@pytest.mark.parametrize("name", ["fallback-menu", "callback-hello", "recorded", "meet-customer"])
def test_whoever_hears_no_menu_is_told_that_the_call_is_recorded(name: str) -> None:
    prompt = yaml.safe_load((DIALPLAN / "prompts.yaml").read_text("utf-8"))[f"ml/{name}"]
    assert "录音" in prompt["zh"]
    assert "recorded" in prompt["en"]
    assert f"ml/{name}" in " ".join(step.text for step in STEPS)


@pytest.mark.parametrize(
    "word", ["System", "TrySystem", "SHELL", "ExternalIVR", "CURL", "FILE", "EVAL", "ENV", "Exec"]
)
def test_the_dialplan_never_leaves_asterisk(word: str) -> None:
    assert not [step for step in STEPS if re.search(rf"\b{word}\(", step.text)]


def test_a_recording_never_carries_a_command() -> None:
    assert used(r"MixMonitor\((\$[^()]*)\)") == {"${REC_DIR}/${MAINLINE_FILE},D"}


def test_one_originate_exists_and_its_application_is_fixed() -> None:
    lines = [step.text for step in STEPS if "Originate(" in step.text]
    assert len(lines) == 1
    assert ",app,ChanSpy," in lines[0]


def without_filtered(text: str) -> str:
    """The text with every FILTER(…) taken out, however deep its brackets go."""
    while (start := text.find("${FILTER(")) >= 0:
        depth, end = 0, start + 1
        while True:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
            if depth == 0:
                break
        text = text[:start] + text[end:]
    return text


def digits_only(pattern: str) -> bool:
    """A pattern of a fixed number of digits filters by itself."""
    return bool(re.fullmatch(r"\d+|_(\+?(\d|[XZN]|\[[0-9-]+\]))+", pattern))


FOREIGN = re.compile(r"\$\{(CALLERID\(|PJSIP_HEADER\(|ARG1|BLINDTRANSFER|MEMBERINTERFACE\})")


def uses_unfiltered(step: Step) -> bool:
    rest = without_filtered(step.text)
    if "${EXTEN" in rest and not digits_only(step.pattern):
        return True
    harmless = ("${CALLERID(num-pres):0:6}", '"${MEMBERINTERFACE}" = ""')
    for words in harmless:
        rest = rest.replace(words, "")
    return FOREIGN.search(rest) is not None


def test_what_strangers_send_is_filtered_before_use() -> None:
    assert [step for step in STEPS if uses_unfiltered(step)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Dial(PJSIP/${EXTEN}@trunk)",
        "Set(X=${CALLERID(num)})",
        "AGI(agi://x/${CALLERID(name)})",
        "Set(X=${PJSIP_HEADER(read,X-Y)})",
        "Gosub(a,s,1(${FILTER(0-9,${EXTEN})},${EXTEN}))",
    ],
)
def test_the_rule_would_notice(text: str) -> None:
    assert uses_unfiltered(Step("x.conf", "ml-x", "_X.", text))


@pytest.mark.parametrize("foreign", ["00441234567", "16812345678", "+4412345678", "8001", "999"])
def test_no_pattern_of_national_numbers_lets_dear_numbers_through(foreign: str) -> None:
    patterns = [step.pattern for step in STEPS if step.context == "ml-national"]
    assert not [pattern for pattern in patterns if matches(pattern, foreign)]


@pytest.mark.parametrize(
    "number",
    ["13912345678", "+8613912345678", "013912345678", "01012345678", "02431234567",
     "041112345678", "31234567", "3123456", "4001234567", "120", "12345"],
)  # fmt: skip
def test_ordinary_national_numbers_may_be_called(number: str) -> None:
    patterns = [step.pattern for step in STEPS if step.context == "ml-national"]
    assert [pattern for pattern in patterns if matches(pattern, number)]


def test_public_services_are_the_short_numbers_outside_for_calls_and_transfers_alike() -> None:
    for context, way in (("ml-national", "ml-dial"), ("ml-transfer", "ml-to-outside")):
        short = {step.pattern for step in STEPS if step.context == context and way in step.text
                 and step.pattern.isdigit()}  # fmt: skip
        assert short == PUBLIC_SERVICES


def matches(pattern: str, number: str) -> bool:
    """Asterisk's extension patterns, as far as ml-national uses them."""
    if not pattern.startswith("_"):
        return pattern == number
    expression = pattern[1:].replace("X", "[0-9]").replace("+", r"\+")
    return re.fullmatch(expression, number) is not None
