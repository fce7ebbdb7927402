"""The made-up towns of ``towns.yaml`` and what was typed by hand about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from crm.addresses.gazetteer import Gazetteer, Place

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Typed:
    """A line of ``addresses.txt``."""

    town: str
    text: str
    verdict: str
    place: str
    house: tuple[str, str, str]


@cache
def gazetteer(town: str) -> Gazetteer:
    plan = yaml.safe_load((HERE / "towns.yaml").read_text("utf-8"))[town]
    return Gazetteer(list(_places(plan, "/", "")))


def _places(plan: dict[str, object], path: str, address: str) -> Iterator[Place]:
    level = ("district", "street", "community")[path.count("/") - 1]
    for number, (name, below) in enumerate(plan.items(), start=1):
        place = int(f"{path.replace('/', '')}{number}")
        here = f"{path}{place}/"
        others = tuple(below) if isinstance(below, list) else ()
        yield Place(place, level, here, (name, *others), address + name)
        if isinstance(below, dict):
            yield from _places(below, here, address + name)


def typed() -> list[Typed]:
    lines, town = [], ""
    for line in (HERE / "addresses.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            town = line.strip("[]")
        elif not line.startswith("#"):
            text, verdict, wanted = line.split(" | ")
            place, _, house = wanted.partition(" ")
            parts = ["" if each == "." else each for each in (house or "././.").split("/")]
            lines.append(Typed(town, text, verdict, place, (parts[0], parts[1], parts[2])))
    return lines
