"""Figures for Prometheus. A feature that has some has a module ``gauges`` with
``async gauges(session)``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.ext.asyncio import AsyncSession

from mainline import features
from mainline.journal.lag import lag
from mainline.process.health import Health

PREFIX: Final = "mainline_"


@dataclass(frozen=True, slots=True)
class Figure:
    """One value. ``name`` without the prefix; figures of one name have the same labels."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def exposition(figures: Iterable[Figure]) -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for figure in figures:
        gauge = gauges.get(figure.name)
        if gauge is None:
            names = [name for name, _value in figure.labels]
            gauge = Gauge(PREFIX + figure.name, figure.help, names, registry=registry)
            gauges[figure.name] = gauge
        (gauge.labels(**dict(figure.labels)) if figure.labels else gauge).set(figure.value)
    return generate_latest(registry)


def of_processes(processes: Sequence[Health]) -> list[Figure]:
    """Whether each process is up, since when, and when it was last heard of."""
    found: list[Figure] = []
    for health in processes:
        label = (("process", health.name),)
        found.append(Figure("process_up", "1 when up.", health.state == "up", label))
        if health.age_s is not None:
            words = "Seconds since the last sign of life."
            found.append(Figure("process_age_seconds", words, health.age_s, label))
        if health.up_s is not None:
            words = "Seconds since the process started."
            found.append(Figure("process_uptime_seconds", words, health.up_s, label))
    return found


async def of_features(session: AsyncSession) -> list[Figure]:
    """What each feature tells."""
    found: list[Figure] = []
    for module in features.modules("gauges"):
        found += await module.gauges(session)
    return found


async def of_consumers(session: AsyncSession) -> list[Figure]:
    """How far each reader of the journal is behind."""
    found: list[Figure] = []
    for module in features.modules("subscribers"):
        for consumer, handlers in module.CONSUMERS.items():
            behind = await lag(session, consumer, handlers)
            label = (("consumer", consumer),)
            words = "Journal entries waiting."
            found.append(Figure("journal_lag_entries", words, behind.entries, label))
            words = "Age of the oldest journal entry waiting."
            found.append(Figure("journal_lag_seconds", words, behind.oldest_s, label))
    return found
