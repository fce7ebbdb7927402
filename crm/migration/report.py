"""What came of a run, as files: what is wrong, the totals, and a page of text for everybody."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crm.migration.fields import TABLES
from crm.migration.problems import PROBLEMS, ProblemKind
from crm.migration.tally import Tally
from crm.migration.totals import Line, agreed, reconcile
from mainline.i18n import Locale, Text, translate
from mainline.money import yuan

QUALITY: Final = "quality.csv"
TOTALS: Final = "totals.csv"
REPORT: Final = "report.txt"
TABLE_NAMES: Final = {
    "places": Text("Places"), "customers": Text("Customers"), "meters": Text("Meters"),
    "bills": Text("Bills"), "payments": Text("Payments"), "orders": Text("Work orders"),
    "totals": Text("Totals"),
}  # fmt: skip
ITEM_NAMES: Final = {
    **TABLE_NAMES, "paid": Text("Paid on bills"), "open": Text("Open on bills"),
}  # fmt: skip
LEVEL_NAMES: Final = {
    "refused": Text("refused"), "doubt": Text("to look at"), "again": Text("again"),
}  # fmt: skip
_LEVELS: Final = {"refused": 0, "doubt": 1, "again": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of thing that is wrong, how often, with examples."""

    table: str
    field: str
    code: str
    count: int
    examples: Sequence[dict[str, Any]]

    @property
    def kind(self) -> ProblemKind:
        """Its words and repair."""
        return PROBLEMS[self.code]


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of the rows of a table."""

    table: str
    read: int
    imported: int
    again: int
    refused: int


def findings(tally: Tally) -> list[Finding]:
    """The worst first."""
    told = []
    for key, count in tally.problems.items():
        table, field, code = key.split(".")
        told.append(Finding(table, field, code, count, tally.examples.get(key, ())))
    told.sort(key=lambda one: (_LEVELS[one.kind.level], -one.count, one.table, one.code))
    return told


def rows(tally: Tally) -> list[Rows]:
    """Each table that had rows."""
    counts = tally.counts
    kinds = ("read", "imported", "again", "refused")
    return [
        Rows(table, *(counts[f"{table}.{kind}"] for kind in kinds))
        for table in TABLES
        if f"{table}.read" in counts and table != "totals"
    ]  # fmt: skip


def write(folder: Path, tally: Tally, locale: Locale, *, dry: bool) -> str:
    """All files; what the text says is given back."""
    lines = reconcile(tally.told, tally.counts)
    _csv(folder / QUALITY, _quality(findings(tally)))
    _csv(folder / TOTALS, _totals(lines))
    text = "\n".join(_text(tally, lines, locale, dry=dry)) + "\n"
    (folder / REPORT).write_text(text, "utf-8")
    return text


def _csv(path: Path, told: Iterator[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(told)


def _quality(found: list[Finding]) -> Iterator[Sequence[object]]:
    yield (
        "table", "field", "level", "code", "count", "说明", "what is wrong", "处理建议",
        "suggested repair", "examples",
    )  # fmt: skip
    for one in found:
        kind = one.kind
        examples = "; ".join(f"{each['file']}:{each['row']}" for each in one.examples)
        yield (
            one.table, one.field, kind.level, one.code, one.count, kind.words.to("zh_CN"),
            kind.words, kind.repair.to("zh_CN"), kind.repair, examples,
        )  # fmt: skip


def _totals(lines: list[Line]) -> Iterator[Sequence[object]]:
    yield "item", "what", "old system", "in the files", "imported", "difference", "unexplained"
    for line in lines:
        told = (line.old, line.files, line.imported, line.difference, line.unexplained)
        yield line.item, line.what, *(shown(line, value) for value in told)


def shown(line: Line, value: int) -> str:
    """Money in yuan, counts as they are."""
    return yuan(value) if line.what == "amount" else str(value)


def _text(tally: Tally, lines: list[Line], locale: Locale, *, dry: bool) -> Iterator[str]:
    def say(words: str, **values: object) -> str:
        return translate(words, locale, values)

    if dry:
        yield say(Text("Dry run: nothing was written."))
    for one in rows(tally):
        yield say(
            _ROWS,
            table=say(TABLE_NAMES[one.table]), read=one.read, imported=one.imported,
            again=one.again, refused=one.refused,
        )  # fmt: skip
    for found in findings(tally):
        words = f"{say(found.kind.words)} {say(found.kind.repair)}"
        yield f"· {found.count} × {found.code} ({say(TABLE_NAMES[found.table])}) {words}"
    for line in lines:
        if line.difference:
            yield say(
                _DIFFERENCE,
                item=say(ITEM_NAMES[line.item]), old=shown(line, line.old),
                imported=shown(line, line.imported), difference=shown(line, line.difference),
            )  # fmt: skip
    yield say(_VERDICTS[agreed(lines)])


_ROWS: Final = Text(
    "%(table)s: %(read)s read, %(imported)s imported, %(again)s again, %(refused)s refused"
)
_DIFFERENCE: Final = Text(
    "%(item)s: the old system has %(old)s, imported %(imported)s, difference %(difference)s"
)
_VERDICTS: Final = {
    True: Text("All totals of the old system are met to the fen."),
    False: Text("Totals of the old system are not met."),
    None: Text("The old system told no totals to hold against."),
}
