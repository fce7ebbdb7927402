"""What people may do. Permissions compose into roles; a person holds several roles.

The permissions are closed, and the roles here are the house's own: a reviewer reads on one page who
may do what. A company composes these roles otherwise and adds its own (``crm.staff.composing``).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """One kind of act."""

    TAKE_CALLS = "take-calls"
    CALL_OUT = "call-out"
    SEE_CUSTOMERS = "see-customers"
    SEE_NUMBERS = "see-numbers"
    SEE_NAMES = "see-names"
    SEE_ADDRESSES = "see-addresses"
    SEE_IDENTITIES = "see-identities"
    UNMASK = "unmask"
    READ_IN_BULK = "read-in-bulk"
    EXPORT = "export"
    APPROVE_EXPORTS = "approve-exports"
    WATCH_CUSTOMERS = "watch-customers"
    WRITE_BULLETINS = "write-bulletins"
    EDIT_CUSTOMERS = "edit-customers"
    SEE_CALLS = "see-calls"
    SEE_WORK_ORDERS = "see-work-orders"
    OPEN_WORK_ORDERS = "open-work-orders"
    MOVE_WORK_ORDERS = "move-work-orders"
    WORK_IN_FIELD = "work-in-field"
    DISPATCH = "dispatch"
    SEE_STATISTICS = "see-statistics"
    SEE_BOARD = "see-board"
    SUPERVISE = "supervise"
    HEAR_RECORDINGS = "hear-recordings"
    EDIT_DEFINITIONS = "edit-definitions"
    SEE_DEFINITIONS = "see-definitions"
    ADMINISTER = "administer"
    EDIT_ROLES = "edit-roles"
    SEE_AUDIT = "see-audit"
    SEE_HEALTH = "see-health"
    SEE_CAMPAIGNS = "see-campaigns"
    RUN_CAMPAIGNS = "run-campaigns"
    WRITE_KNOWLEDGE = "write-knowledge"
    APPROVE_KNOWLEDGE = "approve-knowledge"
    MAKE_REQUESTS = "make-requests"
    DECIDE_REQUESTS = "decide-requests"


P = Permission
_WORK: Final[dict[str, frozenset[Permission]]] = {
    "agent": frozenset(
        {
            P.TAKE_CALLS,
            P.CALL_OUT,
            P.SEE_CAMPAIGNS,
            P.SEE_CUSTOMERS,
            P.SEE_CALLS,
            P.SEE_WORK_ORDERS,
            P.OPEN_WORK_ORDERS,
            P.MAKE_REQUESTS,
        }
    ),
    "leader": frozenset(
        {
            P.SEE_CUSTOMERS,
            P.SEE_CALLS,
            P.SEE_WORK_ORDERS,
            P.OPEN_WORK_ORDERS,
            P.MOVE_WORK_ORDERS,
            P.DISPATCH,
            P.SEE_STATISTICS,
            P.SEE_BOARD,
            P.SUPERVISE,
            P.SEE_CAMPAIGNS,
            P.RUN_CAMPAIGNS,
            P.HEAR_RECORDINGS,
            P.SEE_DEFINITIONS,
            P.SEE_NUMBERS,
            P.EDIT_CUSTOMERS,
            P.WRITE_KNOWLEDGE,
            P.APPROVE_KNOWLEDGE,
            P.MAKE_REQUESTS,
            P.DECIDE_REQUESTS,
        }
    ),
    "quality": frozenset(
        {
            P.SEE_CALLS,
            P.HEAR_RECORDINGS,
            P.SEE_CUSTOMERS,
            P.SEE_WORK_ORDERS,
            P.WRITE_KNOWLEDGE,
            P.SEE_STATISTICS,
        }
    ),
    "dispatcher": frozenset(
        {
            P.SEE_CUSTOMERS,
            P.SEE_WORK_ORDERS,
            P.OPEN_WORK_ORDERS,
            P.MOVE_WORK_ORDERS,
            P.DISPATCH,
            P.SEE_STATISTICS,
            P.SEE_NUMBERS,
            P.MAKE_REQUESTS,
            P.DECIDE_REQUESTS,
        }
    ),
    "cashier": frozenset({P.SEE_CUSTOMERS, P.MAKE_REQUESTS}),
    "field": frozenset({P.SEE_WORK_ORDERS, P.MOVE_WORK_ORDERS, P.WORK_IN_FIELD}),
    "admin": frozenset(Permission),
}
_PRIVATE: Final[dict[str, frozenset[Permission]]] = {
    "agent": frozenset({P.SEE_NAMES, P.SEE_ADDRESSES, P.UNMASK}),
    "leader": frozenset(
        {
            P.SEE_NAMES,
            P.SEE_ADDRESSES,
            P.UNMASK,
            P.EXPORT,
            P.APPROVE_EXPORTS,
            P.WATCH_CUSTOMERS,
            P.WRITE_BULLETINS,
        }
    ),
    "quality": frozenset({P.UNMASK}),
    "dispatcher": frozenset({P.SEE_NAMES, P.SEE_ADDRESSES, P.UNMASK, P.WATCH_CUSTOMERS}),
    "cashier": frozenset({P.SEE_NAMES, P.UNMASK}),
    "field": frozenset({P.SEE_NAMES, P.SEE_ADDRESSES}),
}
"""What each role sees of customers in full, may unmask and may let out of the house."""
Rights = Mapping[str, frozenset[Permission]]
"""What each role allows."""
ROLES: Final[dict[str, frozenset[Permission]]] = {
    role: rights | _PRIVATE.get(role, frozenset()) for role, rights in _WORK.items()
}


def permitted(roles: Iterable[str], rights: Rights = ROLES) -> frozenset[Permission]:
    """All that these roles together allow; an unknown role allows nothing."""
    return frozenset().union(*(rights.get(role, frozenset()) for role in roles))
