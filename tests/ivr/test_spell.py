"""Figures in written prompts are spoken, not left to a voice."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.say import LANGUAGES, Language
from ivr.say.spell import keys_named, spell


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("报修请按1，人工服务请按0。", "报修请按一，人工服务请按零。"),
        ("24小时服务", "二十四小时服务"),
        ("请拨打96777", "请拨打九六七七七"),
        ("2026年11月15日", "二零二六年十一月十五日"),
        ("上午8:30到下午5：00", "上午八点三十分到下午五点"),
        ("99:99", "九十九九十九"),
        ("室温低于18℃", "室温低于十八摄氏度"),
        ("退费20%", "退费百分之二十"),
        ("0.5元", "零点五元"),
        ("以井号键#结束，返回请按*", "以井号键井号键结束，返回请按星号键"),
        ("拨打010转", "拨打零幺零转"),
        ("2小时内，12小时", "两小时内，十二小时"),
        ("您好", "您好"),
    ],
)
def test_chinese_figures(text: str, spoken: str) -> None:
    assert spell(text, "zh") == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("press 1.", "press one ."),
        ("24 hours", "twenty four hours"),
        ("call 96777", "call nine six seven seven seven"),
        ("from 8:30 to 17:00", "from eight thirty to seventeen o'clock"),
        ("below 18℃", "below eighteen degrees Celsius"),
        ("20% back", "twenty percent back"),
        ("0.5 yuan", "zero point five yuan"),
        ("press #", "press hash"),
    ],
)
def test_english_figures(text: str, spoken: str) -> None:
    assert spell(text, "en") == spoken


def test_the_keys_a_sentence_offers() -> None:
    assert keys_named("缴费请按1，返回请按 *，2楼", "zh") == {"1", "*"}
    assert keys_named("For bills, press 1, to go back Press #", "en") == {"1", "#"}
    assert keys_named("请按一", "zh") == set()


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_no_ascii_figure_is_left_for_the_voice(text: str, language: Language) -> None:
    assert not re.search(r"[0-9]", spell(text, language))
