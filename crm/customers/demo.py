"""The demo town's people: addresses, customers, telephones, accounts, barred numbers."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressAlias, AddressNode
from crm.customers.identity import sealed
from crm.customers.models import (
    BarredNumber,
    Customer,
    CustomerPhone,
    Premise,
    ServiceAccount,
)
from crm.customers.town import Account, Community, Resident, Town, town
from mainline.text import LocalizedText

_ABOVE = ("district", "street", "community")
_BELOW = ("building", "unit", "room")


async def load(session: AsyncSession, pack: str) -> None:
    """Settle the town; a town that is there is left alone."""
    plan = town(pack)
    there = select(ServiceAccount.id).where(
        ServiceAccount.number == plan.customers[0].accounts[0].number
    )
    if await session.scalar(there) is not None:
        return
    settler = _Settler(session, plan, pack)
    await settler.build()
    for resident in plan.customers:
        await settler.settle(resident)
    session.add_all(BarredNumber(number=one.number, reason=one.reason) for one in plan.barred)
    await session.flush()


class _Settler:
    """Builds the address tree as homes are needed."""

    def __init__(self, session: AsyncSession, plan: Town, pack: str) -> None:
        self._session, self._plan, self._pack = session, plan, pack
        self._nodes: dict[str, AddressNode] = {}
        self._addresses: dict[str, tuple[str, str]] = {}

    async def build(self) -> None:
        """Districts, streets and communities."""
        for district in self._plan.places:
            root = await self._node(None, _ABOVE[0], district.name)
            for street in district.streets:
                middle = await self._node(root, _ABOVE[1], street.name)
                for one in street.communities:
                    self._nodes[one.id] = await self._community(middle, one)
                    self._addresses[one.id] = (
                        f"{self._plan.city.zh}{district.name.zh}{one.name.zh}",
                        f"{one.name.en}, {district.name.en}",
                    )

    async def _community(self, street: AddressNode, plan: Community) -> AddressNode:
        node = await self._node(street, _ABOVE[2], plan.name)
        node.lon, node.lat = plan.at
        self._session.add_all(AddressAlias(node_id=node.id, name=name) for name in plan.aliases)
        return node

    async def settle(self, resident: Resident) -> None:
        """A customer with everything."""
        plain = resident.model_dump(exclude={"phones", "accounts", "orders", "id_tail"})
        customer = Customer(**plain)
        self._session.add(customer)
        await self._session.flush()
        if resident.id_tail:
            customer.id_tail = sealed(resident.id_tail, customer.id)
        self._session.add_all(
            CustomerPhone(
                customer_id=customer.id,
                number=one.number,
                tail=one.number[-4:],
                label=one.label,
                confirmed=one.confirmed,
            )
            for one in resident.phones
        )
        for account in resident.accounts:
            await self._account(customer, account)

    async def _account(self, customer: Customer, account: Account) -> None:
        premise = await self._premise(account)
        self._session.add(
            ServiceAccount(
                number=account.number,
                customer_id=customer.id,
                premise_id=premise.id,
                utility=self._pack,
            )
        )

    async def _premise(self, account: Account) -> Premise:
        community, *rest = account.home.split("/")
        node = await self._home(community, rest)
        zh, en = self._addresses[community]
        building, unit, room = rest
        premise = Premise(node_id=node.id, path=node.path, area_m2=account.area_m2)
        premise.address_zh = f"{zh}{building}号楼{unit}单元{room}室"
        premise.address_en = f"Room {room}, Unit {unit}, Building {building}, {en}"
        self._session.add(premise)
        await self._session.flush()
        return premise

    async def _home(self, community: str, rest: Sequence[str]) -> AddressNode:
        key, node = community, self._nodes[community]
        for level, number in zip(_BELOW, rest, strict=True):
            key = f"{key}/{number}"
            if key not in self._nodes:
                self._nodes[key] = await self._node(node, level, _NUMBERED[level](number))
            node = self._nodes[key]
        return node

    async def _node(
        self, parent: AddressNode | None, level: str, name: LocalizedText
    ) -> AddressNode:
        node = AddressNode(level=level, name_zh=name.zh, name_en=name.en, path="")
        node.parent_id = parent.id if parent else None
        self._session.add(node)
        await self._session.flush()
        node.path = f"{parent.path if parent else '/'}{node.id}/"
        return node


_NUMBERED = {
    "building": lambda number: LocalizedText(zh=f"{number}号楼", en=f"Building {number}"),
    "unit": lambda number: LocalizedText(zh=f"{number}单元", en=f"Unit {number}"),
    "room": lambda number: LocalizedText(zh=f"{number}室", en=f"Room {number}"),
}
