"""The definition of this feature; there is one, called ``company``."""

from typing import Final

from crm.linkage import rules
from mainline.definitions import Kind, register

LINKAGE: Final = register(Kind("linkage", rules.Linkage, rules.problems))
