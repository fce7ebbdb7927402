"""What the page says in words."""

from collections.abc import Mapping
from typing import Final

from mainline.i18n import Text

REASONS: Final[Mapping[str, Text]] = {
    "same-name": Text("Same name"),
    "name-sounds-alike": Text("Names with the same initials"),
    "name-one-character-off": Text("Names differ in one character"),
    "same-telephone": Text("Same telephone"),
    "same-premise": Text("Same home"),
    "same-address": Text("Same address"),
    "same-place": Text("Same room of the address tree"),
    "read-as-the-same-place": Text("Both addresses mean the same room"),
}
VERDICTS: Final[Mapping[str, Text]] = {"merged": Text("Merged"), "apart": Text("Are two")}
WHATS: Final[Mapping[str, Text]] = {
    "customer": Text("Customers"),
    "premise": Text("Addresses of premises"),
}
