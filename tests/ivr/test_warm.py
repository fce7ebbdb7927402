"""Prompts are made before calls, once, and the dialplan finds its own by name."""

from pathlib import Path

import pytest

from ivr.phrases import load_phrases
from ivr.plan import pack_plan
from ivr.prompts.warm import Progress, Prompt, safety_prompts, static_prompts, wanted, warm
from ivr.say import LANGUAGES, VOCABULARY, Language
from mainline.config import PROJECT

HEAT = PROJECT / "packs" / "heat"


class FakeMaker:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.silent: set[str] = set()

    async def make(self, text: str, language: Language) -> list[Path]:
        if text in self.silent:
            return []
        path = self.folder / f"{language}-{abs(hash(text))}.wav"
        if not path.exists():
            path.write_text(text)
        return [path]


async def _all(prompts: list[Prompt], maker: FakeMaker, sounds: Path) -> list[Progress]:
    return [step async for step in warm(prompts, maker, sounds)]


def test_everything_a_caller_can_hear_is_wanted_once() -> None:
    prompts = wanted(pack_plan(HEAT), load_phrases(HEAT))
    assert len(prompts) == len(set(prompts))
    texts = {(prompt.language, prompt.text) for prompt in prompts}
    for language in LANGUAGES:
        assert {(language, word) for word in VOCABULARY[language]} <= texts
    assert ("en", "To leave a message, press 5.") in texts
    assert ("zh", "您的地址目前没有停热通知。") in texts
    assert ("zh", "幺") in texts


def test_what_callers_with_an_emergency_hear_has_a_name_that_asterisk_knows() -> None:
    prompts = safety_prompts(load_phrases(HEAT))
    assert [(prompt.id, prompt.language) for prompt in prompts] == [
        ("ml/safety-burst", "zh"),
        ("ml/safety-burst", "en"),
        ("ml/safety-no_heat_infant", "zh"),
        ("ml/safety-no_heat_infant", "en"),
    ]
    assert prompts[0].text.startswith("请立即关闭入户阀门")


async def test_progress_is_told_and_what_stays_silent(tmp_path: Path) -> None:
    maker = FakeMaker(tmp_path)
    maker.silent = {"b"}
    prompts = [Prompt(text, "zh") for text in "abc"]
    steps = await _all(prompts, maker, tmp_path / "sounds")
    assert [(step.done, step.total, step.spoken) for step in steps] == [
        (1, 3, True),
        (2, 3, False),
        (3, 3, True),
    ]


async def test_the_dialplan_finds_its_prompts_by_name(tmp_path: Path) -> None:
    maker, sounds = FakeMaker(tmp_path), tmp_path / "sounds"
    target = sounds / "static" / "zh" / "ml" / "refused.wav"
    await _all([Prompt("旧", "zh", "ml/refused")], maker, sounds)
    assert target.read_text() == "旧"
    await _all([Prompt("新", "zh", "ml/refused")], maker, sounds)
    assert target.read_text() == "新"
    made = target.stat().st_ino
    await _all([Prompt("新", "zh", "ml/refused")], maker, sounds)
    assert target.stat().st_ino == made
    assert [path.name for path in target.parent.iterdir()] == ["refused.wav"]


def test_the_dialplans_own_list_can_be_read() -> None:
    prompts = static_prompts(PROJECT / "dialplan" / "prompts.yaml")
    ids = {(prompt.language, prompt.id) for prompt in prompts}
    assert {("zh", "ml/refused"), ("en", "ml/refused"), ("zh", "digits/1")} <= ids


@pytest.mark.parametrize("name", ["../etc/passwd", "/abs", "a/../b", "", "A b"])
def test_a_prompts_name_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    file = tmp_path / "prompts.yaml"
    file.write_text(f'"{name}": {{zh: 您好}}', encoding="utf-8")
    with pytest.raises(ValueError, match="not a prompt"):
        static_prompts(file)
