"""A very small town, for tests that need somebody to live in it."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount


async def place(
    session: AsyncSession, *names: str, parent: AddressNode | None = None
) -> AddressNode:
    """A chain of places from the district down; the last one."""
    levels = ("district", "street", "community", "building", "unit", "room")
    depth = 0 if parent is None else parent.path.count("/") - 1
    for name in names:
        node = AddressNode(
            parent_id=parent.id if parent else None,
            level=levels[depth],
            name_zh=name,
            name_en=f"{name} (en)",
            path="",
        )
        session.add(node)
        await session.flush()
        node.path = f"{parent.path if parent else '/'}{node.id}/"
        parent, depth = node, depth + 1
    assert parent is not None
    await session.flush()
    return parent


async def premise(session: AsyncSession, node: AddressNode, address: str) -> Premise:
    made = Premise(
        node_id=node.id, path=node.path, address_zh=address, address_en=f"{address} (en)"
    )
    session.add(made)
    await session.flush()
    return made


async def customer(
    session: AsyncSession,
    name: str,
    *phones: str,
    accounts: dict[str, Premise] | None = None,
    **more: object,
) -> Customer:
    made = Customer(name=name, **more)
    session.add(made)
    await session.flush()
    session.add_all(
        CustomerPhone(customer_id=made.id, number=number, tail=number[-4:]) for number in phones
    )
    session.add_all(
        ServiceAccount(number=number, customer_id=made.id, premise_id=where.id, utility="heat")
        for number, where in (accounts or {}).items()
    )
    await session.flush()
    return made
