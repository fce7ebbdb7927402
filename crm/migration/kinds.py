"""The definitions of this feature: one mapping for each old system, called as the company likes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crm.migration.fields import TABLES
from crm.migration.mapping import ImportMapping
from mainline.definitions import Kind, Problem, register
from mainline.i18n import Text


def _problems(mapping: ImportMapping) -> list[Problem]:
    return [*_wrong_words(mapping), *_lonely(mapping)]


def _wrong_words(mapping: ImportMapping) -> Iterator[Problem]:
    """A word whose meaning is none that the field may have."""
    for table, field, old, new in mapping.words():
        allowed = TABLES[table][field].words
        if allowed and new not in allowed:
            where = f"tables.{table}.columns.{field}.values.{old}"
            words = Text("Only these words are known: %(words)s.")
            yield Problem(
                "error", "unknown-word", where, words, (("words", ", ".join(sorted(allowed))),)
            )


def _lonely(mapping: ImportMapping) -> Iterator[Problem]:
    """Headings that stand for two fields of the same table."""
    for table, mapped in mapping.tables.items():
        seen: dict[str, str] = {}
        for field, column in mapped.columns.items():
            for name in column.names:
                if seen.setdefault(name, field) != field:
                    where = f"tables.{table}.columns.{field}"
                    words = Text("The heading “%(name)s” stands for two fields.")
                    yield Problem("error", "heading-twice", where, words, (("name", name),))


IMPORT_MAPPING: Final = register(Kind("import_mapping", ImportMapping, _problems))
HOUSE: Final = Path(__file__).parent / "house.yaml"
"""The headings that old systems use most; published once as ``house``."""
HOUSE_NAME: Final = "house"
