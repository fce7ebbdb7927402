"""Identifiers shared by every package."""

from typing import NewType

CallId = NewType("CallId", str)
"""Asterisk's linkedid: one call, however many channels it takes."""


def call_subject(call_id: str) -> str:
    """The journal's subject for a call."""
    return f"call:{call_id}"


def customer_subject(customer_id: int) -> str:
    """The journal's subject for a customer."""
    return f"customer:{customer_id}"


def order_subject(order_id: int) -> str:
    """The journal's subject for a work order."""
    return f"work_order:{order_id}"


def call_of(subject: str) -> CallId:
    """The call a subject names; the subject must be one of a call."""
    kind, _, call_id = subject.partition(":")
    if kind != "call":
        raise ValueError(f"not a call: {subject!r}")
    return CallId(call_id)
