"""Everything that can be wrong with a row: stable codes, words, and how it is repaired."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from mainline.i18n import Text

Level = Literal["refused", "again", "doubt"]
"""Not brought in; there already, left out; brought in, but somebody should look at it."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What it means and what is to be done."""

    level: Level
    words: Text
    repair: Text


@dataclass(frozen=True, slots=True)
class Bad:
    """In place of a value that could not be read; ``hint`` is what might be meant."""

    code: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding, as precise as a cell; ``field`` is empty when it concerns the whole row."""

    row: int
    field: str
    code: str
    value: str = ""
    hint: str = ""


def _refused(words: Text, repair: Text) -> ProblemKind:
    return ProblemKind("refused", words, repair)


PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    "empty": _refused(
        Text("A value that is needed is missing."),
        Text("Fill in the cell, or give the field a default in the mapping."),
    ),
    "too-long": _refused(Text("The text is too long."), Text("Shorten it in the file.")),
    "not-text": _refused(
        Text("The cell holds signs that are no text."), Text("Type the cell anew.")
    ),
    "encoding": _refused(
        Text("The line is damaged: its bytes are no text in the file's encoding."),
        Text("Export the line from the old system again."),
    ),
    "quote": _refused(
        Text("A quotation mark is not closed, or a line is broken within a cell."),
        Text("Close the quotation mark, or take the line break out of the cell."),
    ),
    "columns": _refused(
        Text("The row has more or fewer cells than the header."),
        Text("Look for a comma within a value and put that value in quotation marks."),
    ),
    "not-a-number": _refused(
        Text("This is no number of an account, meter or order."),
        Text("Only letters, digits and dashes may stand here."),
    ),
    "not-a-date": _refused(
        Text("This is no date that exists."),
        Text("Write year, month and day, such as 2024-01-05."),
    ),
    "not-money": _refused(
        Text("This is no amount of money to the fen."),
        Text("Write an amount with two decimals at most, such as 1234.50."),
    ),
    "negative": _refused(
        Text("The amount is below zero."),
        Text("Bring corrections in together with what they correct, as one amount."),
    ),
    "not-a-count": _refused(Text("This is no whole number."), Text("Write digits only.")),
    "unknown-word": _refused(
        Text("The mapping does not know this word."),
        Text("Add the word to the field's values in the mapping."),
    ),
    "account-unknown": _refused(
        Text("There is no account with this number."),
        Text("Bring the customer in first, or correct the number."),
    ),
    "account-taken": _refused(
        Text("The account number belongs to somebody else already."),
        Text("Find out whose number it is; give the other one its own."),
    ),
    "number-taken": _refused(
        Text("The number is taken already, with other facts."),
        Text("Find out which of the rows is right and take the other one out."),
    ),
    "address-unclear": _refused(
        Text("The address may mean several places, or none that is known."),
        Text("Write the community in full, or add its name to the places."),
    ),
    "paid-too-much": _refused(
        Text("More was paid on the bill than it asks for."),
        Text("Book what is too much as a payment in advance."),
    ),
    "dates-reversed": _refused(
        Text("The later date lies before the earlier one."), Text("Correct one of the dates.")
    ),
    "same-again": ProblemKind(
        "again",
        Text("The same row is there already and was left out."),
        Text("Nothing needs to be done, unless it happened twice: then keep rows that are again."),
    ),
    "address-waits": ProblemKind(
        "doubt",
        Text("The address is not clear; it came in as typed and waits to be placed."),
        Text("Choose one of the places named, or write the address in full."),
    ),
    "address-short": ProblemKind(
        "doubt",
        Text("The address names no room; it stands at the house or community."),
        Text("Ask the customer for building and room."),
    ),
    "phone-unreadable": ProblemKind(
        "doubt",
        Text("This is no telephone number; the customer came in without it."),
        Text("Ask the customer for the number at the next call."),
    ),
    "identity-unreadable": ProblemKind(
        "doubt",
        Text("This is no number of an identity card nor the end of one; it was left out."),
        Text("Ask for the card when the customer comes to a counter."),
    ),
    "column-unused": ProblemKind(
        "doubt",
        Text("The mapping does not use this column; what stands in it was left out."),
        Text("Name the heading in the mapping, if its values are needed."),
    ),
    "phone-shared": ProblemKind(
        "doubt",
        Text("Many customers have this telephone number."),
        Text("Somebody typed it to fill the field: take it out, or confirm whose it is."),
    ),
}
"""Codes are stable: files and pages name them."""
