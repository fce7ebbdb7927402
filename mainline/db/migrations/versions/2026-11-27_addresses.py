"""addresses: other names of places, coordinates, pinyin initials of names

Revision ID: addresses
Revises: leads
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "addresses"
down_revision = "leads"
branch_labels = None
depends_on = None

_BATCH = 1000
_INITIALS = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "address_alias",
        sa.Column("node_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["address_node.id"], name=op.f("fk_address_alias_node_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_alias")),
        sa.UniqueConstraint("node_id", "name", name=op.f("uq_address_alias_node_id_name")),
    )
    op.create_index(op.f("ix_address_alias_name"), "address_alias", ["name"], unique=False)
    op.add_column("address_node", sa.Column("lon", sa.Double(), nullable=True))
    op.add_column("address_node", sa.Column("lat", sa.Double(), nullable=True))
    for table in ("address_node", "customer"):
        op.add_column(table, sa.Column("initials", _INITIALS, server_default="", nullable=False))
    _spell("address_node", "name_zh")
    _spell("customer", "name")
    op.create_index(
        op.f("ix_address_node_level_address_node_initials"), "address_node", ["level", "initials"]
    )
    op.create_index(op.f("ix_customer_initials"), "customer", ["initials"])


def _spell(table: str, name: str) -> None:
    """Give the rows that are there their initials, in pieces."""
    rows = sa.table(table, sa.column("id"), sa.column(name), sa.column("initials"))
    bind, last = op.get_bind(), 0
    while True:
        wanted = sa.select(rows.c.id, rows.c[name]).where(rows.c.id > last)
        found = bind.execute(wanted.order_by(rows.c.id).limit(_BATCH)).all()
        if not found:
            return
        change = sa.update(rows).where(rows.c.id == sa.bindparam("row"))
        bind.execute(
            change.values(initials=sa.bindparam("told")),
            [{"row": row[0], "told": _initials(row[1])} for row in found],
        )
        last = found[-1][0]


def _initials(words: str) -> str:
    from pypinyin import Style, lazy_pinyin  # large: not for every start

    told = [
        lazy_pinyin(part, style=Style.NORMAL) if not part.isascii() else [part[:1]]
        for part in words.lower().split()
    ]
    letters = (each[:1] for part in told for each in part)
    return "".join(one for one in letters if one.isascii() and one.isalnum())[:64]


def downgrade() -> None:
    op.drop_index(op.f("ix_customer_initials"), table_name="customer")
    op.drop_index(op.f("ix_address_node_level_address_node_initials"), table_name="address_node")
    with op.batch_alter_table("customer") as table:
        table.drop_column("initials")
    with op.batch_alter_table("address_node") as table:
        table.drop_column("initials")
        table.drop_column("lat")
        table.drop_column("lon")
    op.drop_index(op.f("ix_address_alias_name"), table_name="address_alias")
    op.drop_table("address_alias")
