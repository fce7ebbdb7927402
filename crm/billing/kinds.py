"""The definition of this feature; there is one, called ``company``."""

from typing import Final

from crm.billing.rules import SelfService
from mainline.definitions import Kind, register

SELF_SERVICE: Final = register(Kind("self_service", SelfService))
