"""Structured logs, one JSON object a line, with the call's id and without private data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_PRIVATE_KEYS = frozenset(
    {"ani", "number", "phone", "keys", "digits", "secret", "password", "token", "text"}
)
_PHONE = re.compile(r"(?<![\d.-])\+?\d{7,15}(?![\d.-])")


def _without_private_data(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key in _PRIVATE_KEYS:
            event[key] = "***"
        elif isinstance(value, str) and key not in {"call", "timestamp"}:
            event[key] = _PHONE.sub("***", value)
    return event


def set_up(process: str, *, level: int = logging.INFO) -> None:
    """Log to standard output as JSON lines, the process named in each."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_private_data,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that names its part of the system."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return logger
