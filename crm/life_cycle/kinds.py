"""The definition of this feature; there is one, called ``company``."""

from typing import Final

from crm.life_cycle import rules
from mainline.definitions import Kind, register

LIFE_CYCLE: Final = register(
    Kind("life_cycle", rules.LifeCycle, rules.problems, roles_check=rules.role_problems)
)
