"""Self-service on the company's books; one flow is one file, and one line in :data:`FLOWS`."""

from collections.abc import Mapping
from types import MappingProxyType

from ivr.flows import (
    arrears,
    callback,
    context,
    fault,
    identify,
    meter_reading,
    order_status,
    outage_news,
    policy,
    suspension,
)
from ivr.flows.journey import Flow

FLOWS: Mapping[str, Flow] = MappingProxyType(
    {
        "identify": identify.identify,
        "context": context.context,
        "arrears": arrears.arrears,
        "outage_news": outage_news.outage_news,
        "order_status": order_status.order_status,
        "report_fault": fault.report_fault,
        "meter_reading": meter_reading.meter_reading,
        "suspension": suspension.suspension,
        "policy": policy.policy,
        "callback": callback.callback,
    }
)
