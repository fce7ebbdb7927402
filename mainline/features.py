"""The one list of features. A feature is a package with modules of agreed names.

``models`` (tables), ``events``, ``api`` (a ``router`` under /api), ``subscribers``
(``CONSUMERS``: consumer name to handlers), ``finders`` (``FINDERS``: ways to find a customer),
``commands`` (``app``: a typer group named like it),
``kinds`` (definition kinds), ``role_names`` (async ``named(session, roles)``: where else it names
roles of the company), ``demo`` (async ``load(session, pack)``), ``capture`` (listens at
every unit of work). Adding a feature is adding
its folder and its line here; a test fails when either is missing.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

FEATURES: tuple[str, ...] = (
    "mainline.journal",
    "mainline.audit",
    "mainline.definitions",
    "mainline.process",
    "mainline.sip",
    "mainline.webhooks",
    "crm.staff",
    "crm.parking",
    "crm.privacy",
    "crm.addresses",
    "crm.customers",
    "crm.duplicates",
    "crm.watch",
    "crm.bulletins",
    "crm.areas",
    "crm.catalog",
    "crm.callbacks",
    "crm.billing",
    "crm.outages",
    "crm.interactions",
    "crm.work_orders",
    "crm.life_cycle",
    "crm.matters",
    "crm.appointments",
    "crm.promises",
    "crm.standards",
    "crm.printing",
    "crm.statistics",
    "crm.surveys",
    "crm.sense",
    "crm.alerts",
    "crm.context",
    "crm.linkage",
    "crm.campaigns",
    "crm.field",
    "crm.dispatch",
    "crm.exports",
    "crm.messages",
    "crm.migration",
    "crm.placing",
    "crm.knowledge",
    "crm.timeline",
    "recordings",
    "ivr",
    "agi",
    "agentdesk",
    "rehearsal",
)


def modules(role: str) -> Iterator[ModuleType]:
    """Yield the module called ``role`` of each feature that has one, in the order of the list."""
    for feature in FEATURES:
        if _is_there(feature) and _is_there(f"{feature}.{role}"):
            yield import_module(f"{feature}.{role}")


@cache
def _is_there(module: str) -> bool:
    """Looked for in the folders once: searches go through the features with each request."""
    return find_spec(module) is not None
