"""The definitions of this feature: menus, hours, lines, prices and rules."""

from collections.abc import Sequence
from typing import Final

from ivr.check import Known, problems
from ivr.flows import FLOWS
from ivr.hours import OpeningHours
from ivr.lines import Line
from ivr.menu import MenuTree
from ivr.policies import Policies
from ivr.policies import problems as policy_problems
from mainline.definitions import Kind, Problem, register

QUEUES: Final = frozenset({"service", "repair", "billing", "emergency"})
"""The queues every pack has."""


def _menu_problems(tree: MenuTree) -> Sequence[Problem]:
    return problems(tree, Known(flows=FLOWS, queues=QUEUES))


IVR_MENU: Final = register(Kind("ivr_menu", MenuTree, _menu_problems))
HOURS: Final = register(Kind("hours", OpeningHours))
LINE: Final = register(Kind("line", Line))
POLICIES: Final = register(Kind("policies", Policies, policy_problems))
"""One definition, called ``company``."""
