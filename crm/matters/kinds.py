"""The definition of this feature; there is one, called ``company``."""

from typing import Final

from crm.matters import rules
from mainline.definitions import Kind, register

MATTER_LADDER: Final = register(
    Kind("matter_ladder", rules.Ladder, rules.problems, roles_check=rules.role_problems)
)
