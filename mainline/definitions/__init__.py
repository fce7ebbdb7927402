"""What the company may change itself: menus, hours, reasons, work-order types.

One mechanism for all kinds: a checked shape, versions with validity, draft, check, publish, roll
back, who and why. Calls and orders that began under an old version finish under it.
"""

from mainline.datafile import content
from mainline.definitions.company import install_file, rules
from mainline.definitions.kind import Kind, Problem, kind_named, kinds, register
from mainline.definitions.service import (
    DefinitionRefused,
    EditedMeanwhile,
    Guarded,
    broken_by,
    draft,
    install,
    problems_now,
    publish,
    roll_back,
    withdraw,
)
from mainline.definitions.versions import (
    COMPANY,
    Version,
    as_of,
    current,
    history,
    in_force,
    names,
    parsed,
    stamp,
    text_in_force,
    unpublished,
    version,
)

__all__ = [
    "COMPANY",
    "DefinitionRefused",
    "EditedMeanwhile",
    "Guarded",
    "Kind",
    "Problem",
    "Version",
    "as_of",
    "broken_by",
    "content",
    "current",
    "draft",
    "history",
    "in_force",
    "install",
    "install_file",
    "kind_named",
    "kinds",
    "names",
    "parsed",
    "problems_now",
    "publish",
    "register",
    "roll_back",
    "rules",
    "stamp",
    "text_in_force",
    "unpublished",
    "version",
    "withdraw",
]
