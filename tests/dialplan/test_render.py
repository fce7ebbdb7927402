"""What is rendered for one instance, and what is refused."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dialplan.contract import CEL_FIELDS
from dialplan.floor import Agent, Floor, Line, Overflow, Queue
from dialplan.queue_rules import globals_of, mark
from dialplan.render import link_sounds, render, safe, system_name
from mainline.asterisk.install import Installation
from mainline.config import Settings
from mainline.errors import Invalid
from mainline.secrets import Secrets

ASTERISK = Installation(("asterisk",), Path("/modules"), Path("/data"), (22, 10))
SECRETS = Secrets("live-secret", "web-secret-", "ari-secret-", "agi-secret-", "session-")
FLOOR = Floor(
    agents=[Agent("8001", "王芳"), Agent("8002", "Li Na", phone_secret="desk-secret")],
    queues=[Queue("repair", "leastrecent", ring_s=15, max_wait_s=90)],
    lines=[Line("96888", "供热热线")],
)


def rendered(settings: Settings, floor: Floor = FLOOR) -> dict[str, str]:
    return render(settings, floor, SECRETS, ASTERISK)


def section(text: str, name: str) -> list[str]:
    """The lines of every section of that name."""
    parts = re.split(r"^\[([^\]]+)\].*$", text, flags=re.MULTILINE)
    return [
        line.strip()
        for found, body in zip(parts[1::2], parts[2::2], strict=True)
        if found == name
        for line in body.splitlines()
        if line.strip() and not line.startswith(";")
    ]


def test_each_agent_has_a_softphone_and_a_desk_phone(settings: Settings) -> None:
    pjsip = rendered(settings)["pjsip.conf"]
    assert "auth = agent-8001" in section(pjsip, "agent-8001")
    assert 'callerid = "王芳" <8001>' in section(pjsip, "phone-8001")


def test_a_softphone_has_no_password_until_somebody_signs_in(settings: Settings) -> None:
    pjsip = rendered(settings)["pjsip.conf"]
    assert "type = auth" not in section(pjsip, "agent-8001")
    assert "type = auth" not in section(pjsip, "phone-8001")


def test_a_given_desk_phone_secret_is_the_only_fixed_one(settings: Settings) -> None:
    pjsip = rendered(settings)["pjsip.conf"]
    assert "password = desk-secret" in section(pjsip, "phone-8002")
    passwords = re.findall(r"^password = (.*)$", pjsip, re.MULTILINE)
    assert len(passwords) == 2  # and the one of the quarantine, which nobody knows


def test_the_service_queue_is_always_there(settings: Settings) -> None:
    files = rendered(settings)
    assert "[service](ml-queue)" in files["queues.conf"]
    assert "WAIT_service = 600" in files["extensions.conf"]
    assert "WAIT_repair = 90" in files["extensions.conf"]


def test_the_emergency_key_leads_to_the_emergency_queue_or_else_to_service(
    settings: Settings,
) -> None:
    assert "EMERGENCY_QUEUE = service" in rendered(settings)["extensions.conf"]
    floor = Floor(queues=[Queue("emergency")])
    assert "EMERGENCY_QUEUE = emergency" in rendered(settings, floor)["extensions.conf"]


def test_each_emergency_has_its_safety_text_as_music_in_both_languages(
    settings: Settings, tmp_path: Path
) -> None:
    moh = settings.home / "moh"
    moh.mkdir()
    for name in ("calm.wav", "odd;name.wav", "notes.txt"):
        (moh / name).touch()
    files = rendered(settings, Floor(urgent=["leak", "no_heat_infant"]))
    voices = settings.sounds_dir / "static"
    for fault in ("leak", "no_heat_infant"):
        for language in ("zh", "en"):
            text = f"entry = {voices}/{language}/ml/safety-{fault}"
            assert section(files["musiconhold.conf"], f"safety-{fault}-{language}") == [
                "mode = playlist",
                text,
                text,
                f"entry = {moh}/calm",
            ]
    assert "EMERGENCY_FAULT = leak" in files["extensions.conf"]
    assert "PRIORITY_URGENT = 100" in files["extensions.conf"]


def test_the_ways_out_of_a_queue_are_known_to_the_dialplan(settings: Settings) -> None:
    rules = (Overflow("absence", "message"), Overflow("length", "queue:repair", 20))
    text = rendered(settings, Floor(queues=[Queue("billing", overflow=rules)]))["extensions.conf"]
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line.startswith("OVERFLOW_") and "billing" in line]
    assert found == [
        "OVERFLOW_ABSENCE_AT_billing = 0",
        "OVERFLOW_ABSENCE_billing = message",
        "OVERFLOW_LENGTH_AT_billing = 20",
        "OVERFLOW_LENGTH_billing = queue:repair",
        "OVERFLOW_WAIT_billing =",
    ]
    with pytest.raises(Invalid):
        Overflow("wait", "queue:a,b", 5)


def test_the_mark_tells_which_rules_asterisk_has(settings: Settings) -> None:
    before, after = (Floor(queues=[Queue("service", max_wait_s=wait)]) for wait in (600, 601))
    marks = [mark(globals_of(floor.queues)) for floor in (before, after)]
    assert marks[0] != marks[1]
    assert f"QUEUE_RULES = {marks[0]}" in rendered(settings, before)["extensions.conf"]
    assert f"QUEUE_RULES = {marks[1]}" in rendered(settings, after)["extensions.conf"]


def test_demo_callers_exist_only_in_demo_mode(make_settings: Callable[..., Settings]) -> None:
    demo = rendered(make_settings(demo=True))
    real = rendered(make_settings(demo=False))
    assert "[try-8](softphone)" in demo["pjsip.conf"]
    assert "try.conf" in demo["extensions.conf"]
    assert "try-" not in real["pjsip.conf"]
    assert "try.conf" not in real["extensions.conf"]


def test_ami_has_two_users_without_command_system_or_config_rights(settings: Settings) -> None:
    manager = rendered(settings)["manager.conf"]
    assert "bindaddr = 127.0.0.1" in section(manager, "general")
    live, web = section(manager, "live"), section(manager, "web")
    assert "write = agent,call,originate,reporting" in live
    assert "write = call,agent,originate" in web
    assert "read =" in web
    assert not [line for line in web if line.startswith("eventfilter")]


def test_with_tls_the_plain_listener_stays_on_loopback(
    make_settings: Callable[..., Settings],
) -> None:
    http = rendered(
        make_settings(
            https=True, host="192.0.2.7", tls_certificate="/tls/c.pem", tls_key="/tls/k.pem"
        )
    )["http.conf"]
    general = section(http, "general")
    assert "bindaddr = 127.0.0.1" in general
    assert any(line.startswith("tlsbindaddr = 192.0.2.7:") for line in general)


def test_the_trunk_is_known_by_its_networks_alone(make_settings: Callable[..., Settings]) -> None:
    pjsip = rendered(make_settings(trunk_allow="192.0.2.0/28, 198.51.100.9"))["pjsip.conf"]
    trunk = section(pjsip, "trunk")
    assert "identify_by = ip" in trunk
    assert [line for line in trunk if line.startswith("match")] == [
        "match = 192.0.2.0/28",
        "match = 198.51.100.9",
    ]


def test_hostile_encodings_are_looked_for_before_anything_else(settings: Settings) -> None:
    pjsip = rendered(settings)["pjsip.conf"]
    order = "endpoint_identifier_order = header,request_uri,username,ip"
    assert order in section(pjsip, "global")
    for header in ("From", "P-Asserted-Identity", "Remote-Party-ID", "Diversion"):
        pattern = f"match_header = {header}: /%[0-9A-Fa-f][0-9A-Fa-f]/"
        assert pattern in section(pjsip, f"quarantine-{header}")


def test_cel_has_the_fields_of_the_contract(settings: Settings) -> None:
    cel = section(rendered(settings)["cel_custom.conf"], "mainline.csv")
    assert f"fields = {','.join(CEL_FIELDS)}" in cel


def test_two_homes_have_two_system_names(make_settings: Callable[..., Settings]) -> None:
    names = [system_name(make_settings(home=Path("/srv") / name)) for name in ("a", "b")]
    assert names[0] != names[1]
    assert all(re.fullmatch(r"ml[0-9a-f]{8}", name) for name in names)


def test_nothing_is_left_unfilled(settings: Settings) -> None:
    for name, text in rendered(settings).items():
        assert "{{" not in text, name
        assert "{%" not in text, name


@pytest.mark.parametrize(
    "value",
    ["a\nb", "a\rb", "a;b", "a[b", "a]b", "${SHELL(id)}", "a`b", "a\\b", "a\u2028b", "\x00"],
)
def test_a_value_that_could_mean_more_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        safe(value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Agent("8001\n[evil]", "x"),
        lambda: Agent("80", "x"),
        lambda: Agent("8001", 'x" <911>'),
        lambda: Agent("8001", "x\ncontext = ml-out"),
        lambda: Agent("8001", "x", phone_secret="a b\nc"),
        lambda: Queue("service,b(x)"),
        lambda: Queue("S"),
        lambda: Queue("service", ring_s=-1),
        lambda: Line("96888&PJSIP", "x"),
        lambda: Floor(agents=[Agent("8001", "a"), Agent("8001", "b")]),
    ],
)
def test_a_floor_with_unsafe_names_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(Invalid):
        make()


def test_a_weak_secret_is_refused(settings: Settings) -> None:
    weak = Secrets("x", "web-secret-", "ari-secret-", "agi-secret-", "session-")
    with pytest.raises(Invalid):
        render(settings, FLOOR, weak, ASTERISK)


def test_our_chinese_voice_and_the_packaged_english_one_are_linked(
    settings: Settings, tmp_path: Path
) -> None:
    data = tmp_path / "packaged"
    (data / "sounds/en/digits").mkdir(parents=True)
    (data / "sounds/en/beep.wav").touch()
    (data / "moh").mkdir()
    ours = settings.sounds_dir / "static"
    (ours / "zh/ml").mkdir(parents=True)
    (ours / "en/ml").mkdir(parents=True)
    (ours / "zh/ml/refused.wav").touch()
    settings.asterisk_dir.joinpath("data").mkdir(parents=True)
    packaged = Installation(("asterisk",), tmp_path, data, (22, 10))
    for _ in range(2):  # the second start finds the links of the first
        link_sounds(settings, packaged)
    sounds = settings.asterisk_dir / "data/sounds"
    assert (sounds / "zh/ml/refused.wav").exists()
    assert (sounds / "en/digits").is_dir()
    assert (sounds / "en/ml").resolve() == (ours / "en/ml").resolve()
    assert (sounds / "beep.wav").exists()


def test_a_queue_that_rings_the_branch_first_has_a_queue_for_each_branch(
    settings: Settings,
) -> None:
    queues = [Queue("repair", ring_s=15, weight=5, branch_first_s=10), Queue("billing")]
    files = rendered(settings, Floor(queues=queues, branches=["tiexi", "heping"]))
    own = section(files["queues.conf"], "repair-at-tiexi")
    assert own == ["strategy = rrmemory", "timeout = 15", "weight = 5"]
    assert "[repair-at-heping]" in files["queues.conf"]
    assert "[billing-at-" not in files["queues.conf"]
    assert "BRANCH_repair = 10" in files["extensions.conf"]
    assert "BRANCH_billing = \n" in files["extensions.conf"]


def test_a_branch_whose_queue_would_have_too_long_a_name_is_left_out(settings: Settings) -> None:
    floor = Floor(queues=[Queue("repair", branch_first_s=10)], branches=["a" * 24])
    assert "repair-at-" not in rendered(settings, floor)["queues.conf"]
    with pytest.raises(Invalid):
        Floor(branches=["x]\nfoo"])
