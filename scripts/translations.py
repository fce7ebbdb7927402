"""Is every text that a person sees translated, with the same placeholders? Prints what is not."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from mainline.config import PROJECT
from mainline.i18n import PACKAGES, catalog

_CALLS = frozenset({"_", "Text"})
_TEMPLATE_CALLS = ("_", "gettext")
_PLACEHOLDER = re.compile(r"%\((\w+)\)")


@dataclass(frozen=True, slots=True)
class Use:
    """A text and where it stands."""

    text: str
    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path.relative_to(PROJECT)}:{self.line}: {self.text}"


def uses() -> Iterator[Use]:
    """Every text marked for translation, in code and in templates."""
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            yield from in_code(path.read_text("utf-8"), path)
        for path in sorted((PROJECT / package).rglob("*.html")):
            yield from in_template(path)


def in_code(source: str, path: Path) -> Iterator[Use]:
    """``_("…")`` and ``Text("…")``."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name, first = node.func, node.args[0]
        if not isinstance(name, ast.Name) or name.id not in _CALLS:
            continue
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield Use(first.value, path, node.lineno)


def in_template(path: Path) -> Iterator[Use]:
    """``{{ _("…") }}`` and ``{% trans %}``."""
    with path.open("rb") as file:
        options = {"silent": "false", "trimmed": "true", "encoding": "utf-8"}
        for line, _function, message, _comments in babel_extract(
            file, _TEMPLATE_CALLS, (), options
        ):
            text = message[0] if isinstance(message, tuple) else message  # a tuple: with values
            if isinstance(text, str):
                yield Use(text, path, line)


def complaints() -> list[str]:
    """One line for every text without Chinese, or whose Chinese asks for other values."""
    found = []
    for use in uses():
        chinese = catalog().get(use.text)
        if not chinese:
            found.append(f"{use} [no Chinese]")
        elif _placeholders(chinese) - _placeholders(use.text):
            found.append(f"{use} [other placeholders: {chinese}]")
    return found + contradictions()


def contradictions() -> list[str]:
    """One line for every text that two packages translate differently: only one can be shown."""
    known: dict[str, str] = {}
    found = []
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("locale/zh_CN.po")):
            with path.open("rb") as file:
                for message in read_po(file, locale="zh_CN"):
                    text, chinese = str(message.id), str(message.string)
                    if text and known.setdefault(text, chinese) != chinese:
                        where = path.relative_to(PROJECT)
                        found.append(f"{where}: {text} [{chinese}, elsewhere {known[text]}]")
    return found


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def main() -> int:
    """For ``make check``."""
    found = complaints()
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
