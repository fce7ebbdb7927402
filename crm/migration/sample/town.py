"""The generated town: places, homes, people and telephones, computed from a customer's number."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

_FIRST: Final = (
    "光明", "和平", "幸福", "建设", "文化", "青年", "胜利", "团结", "解放", "友好",
    "长江", "黄河", "泰山", "松花", "兴华", "振兴", "富强", "育才", "向阳", "安康",
    "龙泉", "凤凰", "金色", "银河", "翠竹", "梅园", "桃源", "荷塘", "枫林", "碧水",
)  # fmt: skip
_LAST: Final = ("里", "小区", "花园", "家园", "新村", "苑", "公寓", "社区")
_SIDES: Final = ("", "东", "西", "南", "北")
_DISTRICTS: Final = ("河东区", "河西区", "城南区", "城北区", "开发区")
_STREETS: Final = ("一经街道", "二经街道", "三经街道", "四经街道")
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰"
HOMES_A_COMMUNITY: Final = 576
_ROOMS, _UNITS = 12, 4
COMMUNITIES: Final = len(_FIRST) * len(_LAST) * len(_SIDES)


@dataclass(frozen=True, slots=True)
class Community:
    """A community and where it lies."""

    district: str
    street: str
    name: str
    alias: str


@dataclass(frozen=True, slots=True)
class Home:
    """Where a customer lives."""

    community: Community
    building: int
    unit: int
    room: int

    @property
    def standard(self) -> str:
        """The address as the house writes it."""
        where = self.community
        return (
            f"{where.district}{where.street}{where.name}"
            f"{self.building}号楼{self.unit}单元{self.room}室"
        )


def community(number: int) -> Community:
    """The number-th community."""
    rest, first = divmod(number % COMMUNITIES, len(_FIRST))
    side, last = divmod(rest, len(_LAST))
    name = f"{_SIDES[side]}{_FIRST[first]}{_LAST[last]}"
    district, street = _DISTRICTS[number % 5], _STREETS[number // 5 % 4]
    return Community(district, street, name, f"{number + 1}号大院")


def home(customer: int) -> Home:
    """Where the customer of that number lives; nobody lives where another does."""
    number, inside = divmod(customer, HOMES_A_COMMUNITY)
    building, inside = divmod(inside, _UNITS * _ROOMS)
    unit, inside = divmod(inside, _ROOMS)
    floor, door = divmod(inside, 2)
    return Home(community(number), building + 1, unit + 1, (floor + 1) * 100 + door + 1)


def account(customer: int) -> str:
    """An account number with zeros at its front."""
    return f"{1_000_000 + customer:010d}"


def person(dice: Random) -> str:
    """A name."""
    return dice.choice(_SURNAMES) + "".join(dice.choices(_GIVEN, k=dice.choice((1, 2, 2))))


def card(customer: int) -> str:
    """The number of an identity card, none twice, with its check figure by GB 11643."""
    born = date(1940, 1, 1) + timedelta(days=customer * 37 % 21_900)
    digits = f"2101{customer // 900 % 90 + 10}{born:%Y%m%d}{customer % 900 + 100}"
    return digits + "10X98765432"[sum(int(d) << 17 - at for at, d in enumerate(digits)) % 11]


def mobile(customer: int, which: int = 0) -> str:
    """A mobile number, none twice."""
    return f"13{(customer * 7_919_791 + which * 104_729 + 12_345) % 1_000_000_000:09d}"


def landline(customer: int) -> str:
    """A landline without its area code, none twice."""
    return f"{2_000_0000 + customer * 37 % 6_000_0000:08d}"
