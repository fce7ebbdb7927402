"""The definitions of this feature. Each kind has one definition, called ``company``."""

from typing import Final

from crm.catalog import queues, reasons, type_checks, work_order_types
from mainline.definitions import Kind, register

CALL_REASONS: Final = register(Kind("call_reasons", reasons.CallReasons, reasons.problems))
WORK_ORDER_TYPES: Final = register(
    Kind(
        "work_order_types",
        work_order_types.WorkOrderTypes,
        type_checks.problems,
        roles_check=type_checks.role_problems,
    )
)
QUEUES: Final = register(Kind("queues", queues.Queues, queues.problems))
FILES: Final = {
    CALL_REASONS.name: "reasons.yaml",
    WORK_ORDER_TYPES.name: "work_orders.yaml",
    QUEUES.name: "queues.yaml",
}
"""The pack's first content of each kind."""
