"""What the pages say in words."""

from collections.abc import Mapping
from typing import Final

from mainline.i18n import Text

STATES: Final[Mapping[str, Text]] = {
    "draft": Text("Draft"),
    "submitted": Text("Waits for approval"),
    "waiting": Text("Not valid yet"),
    "valid": Text("Valid"),
    "expired": Text("Expired"),
    "retired": Text("Taken away"),
}
TONES: Final[Mapping[str, str]] = {
    "draft": "", "submitted": "live", "waiting": "warn", "valid": "good", "expired": "bad",
    "retired": "bad",
}  # fmt: skip
TABS: Final[tuple[tuple[str, Text], ...]] = (
    ("/knowledge", Text("Articles")),
    ("/knowledge/work", Text("Drafts and approvals")),
    ("/knowledge/report", Text("What is read and missing")),
)
