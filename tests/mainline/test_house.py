"""Rules of the house that a machine can check: languages, features, rights, settings."""

import multiprocessing
import re
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from mainline import features
from mainline.config import PROJECT, Settings
from mainline.errors import Invalid, MainlineError
from mainline.i18n import LOCALES, PACKAGES, Text, _, speaking, translate
from mainline.permissions import ROLES, Permission, permitted
from mainline.process import ports
from mainline.process.refusal import EXIT_CODES
from mainline.secrets import Secrets
from scripts import translations
from tests.support.ports import free_port

# --- languages ---------------------------------------------------------------------------------


def test_every_text_a_person_sees_is_there_in_chinese() -> None:
    assert "\n".join(translations.complaints()) == ""


def test_a_text_without_chinese_would_be_found(tmp_path: Path) -> None:
    source = '_("Not translated by anybody")\nText("Queues" "x")\n_(variable)\nother("no")'
    found = translations.in_code(source, tmp_path / "some.py")
    assert [(use.text, use.line) for use in found] == [
        ("Not translated by anybody", 1),
        ("Queuesx", 2),
    ]


def test_words_follow_the_language_of_the_request() -> None:
    assert _("Not found.") == "未找到。"
    with speaking("en"):
        assert _("Not found.") == "Not found."
    assert Text("The input is not valid: %(detail)s").to("zh_CN", detail="x") == "输入有误：x"


def test_a_text_without_chinese_is_shown_in_english() -> None:
    assert translate("Nobody translated %(this)s", "zh_CN", {"this": "it"}) == (
        "Nobody translated it"
    )


def test_every_refusal_has_words_in_both_languages() -> None:
    list(features.modules("api"))
    pending, found = [MainlineError], []
    while pending:
        error = pending.pop()
        found.append(error)
        pending += error.__subclasses__()
    ours = [error for error in found if error.__module__.split(".")[0] in PACKAGES]
    assert len(ours) > 5
    for error in ours:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", error.code), error
        assert {error.words.to(locale) for locale in LOCALES} != {""}, error


# --- features ----------------------------------------------------------------------------------


def test_no_feature_is_forgotten_in_the_list() -> None:
    roles = ("models", "events", "api", "subscribers", "commands", "kinds", "demo", "gauges")
    folders = {
        ".".join(path.parent.relative_to(PROJECT).parts)
        for package in PACKAGES
        for role in roles
        for path in (PROJECT / package).rglob(f"{role}.py")
    }
    within = tuple(f"{name}." for name in features.FEATURES)
    containers = {name.partition(".")[0] for name in features.FEATURES if "." in name}
    known = {*features.FEATURES, *containers}
    forgotten = {name for name in folders - known if not name.startswith(within)}
    assert forgotten == set()


def test_every_listed_feature_is_there() -> None:
    missing = [
        name
        for name in features.FEATURES
        if not (PROJECT / Path(*name.split(".")) / "__init__.py").exists()
    ]
    assert missing == []


# --- rights ------------------------------------------------------------------------------------


def test_who_may_do_what() -> None:
    """The table that a reviewer reads; a change of rights is a change here."""
    table = {role: " ".join(sorted(rights)) for role, rights in ROLES.items() if role != "admin"}
    assert table == {
        "agent": (
            "call-out make-requests open-work-orders see-addresses see-calls see-campaigns "
            "see-customers see-names see-work-orders take-calls unmask"
        ),
        "leader": (
            "approve-exports approve-knowledge decide-requests dispatch edit-customers export "
            "hear-recordings make-requests move-work-orders open-work-orders run-campaigns "
            "see-addresses see-board see-calls see-campaigns see-customers see-definitions "
            "see-names see-numbers see-statistics see-work-orders supervise unmask "
            "watch-customers write-bulletins write-knowledge"
        ),
        "quality": (
            "hear-recordings see-calls see-customers see-statistics see-work-orders unmask "
            "write-knowledge"
        ),
        "dispatcher": (
            "decide-requests dispatch make-requests move-work-orders open-work-orders "
            "see-addresses see-customers see-names see-numbers see-statistics see-work-orders "
            "unmask watch-customers"
        ),
        "cashier": "make-requests see-customers see-names unmask",
        "field": "move-work-orders see-addresses see-names see-work-orders work-in-field",
    }


def test_rights_add_up_and_an_unknown_role_gives_none() -> None:
    assert permitted({"cashier", "field"}) == {
        Permission.MAKE_REQUESTS,
        Permission.MOVE_WORK_ORDERS,
        Permission.SEE_ADDRESSES,
        Permission.SEE_CUSTOMERS,
        Permission.SEE_NAMES,
        Permission.SEE_WORK_ORDERS,
        Permission.UNMASK,
        Permission.WORK_IN_FIELD,
    }
    assert permitted({"king"}) == frozenset()
    assert permitted({"admin"}) == set(Permission)


# --- settings ----------------------------------------------------------------------------------


def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MAINLINE_HOME", str(tmp_path / "b"))
    monkeypatch.setenv("MAINLINE_HTTP_PORT", "18080")
    monkeypatch.setenv("MAINLINE_PACK", "gas")
    settings = Settings()
    assert (settings.home, settings.http_port) == (tmp_path / "b", 18080)
    assert settings.pack_dir == PROJECT / "packs" / "gas"
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/b/mainline.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PACK", "coal"), ("HTTP_PORT", "many"), ("HOME_AREA_CODE", "24"), ("WRAPUP_S", "0")],
)
def test_a_setting_of_the_wrong_form_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"MAINLINE_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_no_pack_is_missing_a_hotline(make_settings: Callable[..., Settings]) -> None:
    for pack in ("heat", "gas", "water"):
        assert (make_settings(pack=pack).pack_dir / "lines.yaml").is_file()


# --- ports -------------------------------------------------------------------------------------


def test_a_taken_port_is_named_with_its_setting(settings: Settings) -> None:
    ports.check(settings)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.agi_port))
        taken.listen()
        with pytest.raises(ports.PortTaken) as refused:
            ports.check(settings)
    words = refused.value.words.to("zh_CN", **refused.value.values)
    assert words == f"TCP 端口 {settings.agi_port} 已被占用，请用 MAINLINE_AGI_PORT 另设端口。"


def test_a_taken_sip_port_is_found_though_it_is_udp(settings: Settings) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", settings.sip_port))
        with pytest.raises(ports.PortTaken, match="MAINLINE_SIP_PORT"):
            ports.check(settings)


def test_two_instances_want_different_ports(make_settings: Callable[..., Settings]) -> None:
    first, second = (
        {(port.transport, port.port) for port in ports.wanted(make_settings())} for _ in range(2)
    )
    assert first.isdisjoint(second)


def test_exit_codes_are_distinct() -> None:
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert free_port() != free_port()


# --- secrets -----------------------------------------------------------------------------------


def _load(home: Path) -> str:
    secrets = Secrets.load_or_create(home)
    return secrets.agi + secrets.session


def test_processes_that_race_for_the_secrets_get_the_same(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(_load, [tmp_path / "home"] * 12)
    assert len(set(found)) == 1
    assert len(found[0]) == 96


def test_only_the_owner_reads_the_secrets(tmp_path: Path) -> None:
    secrets = Secrets.load_or_create(tmp_path)
    [file] = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Secrets.load_or_create(tmp_path) == secrets
    assert secrets.ami_live not in repr(secrets)


def test_each_secret_is_another() -> None:
    secrets = Secrets.fresh()
    values = {secrets.ami_live, secrets.ami_web, secrets.ari, secrets.agi, secrets.session}
    assert len(values) == 5


def test_an_error_keeps_its_stable_code() -> None:
    error = Invalid("cursor")
    assert (error.code, error.status, str(error)) == ("invalid", 422, "cursor")
