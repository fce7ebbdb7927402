"""linkage: blocks on payment, what rules did

Revision ID: linkage
Revises: life_cycle
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "linkage"
down_revision = "life_cycle"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_block",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=True),
        sa.Column("reason_zh", sa.String(length=400), nullable=False),
        sa.Column("reason_en", sa.String(length=400), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("lifted_at", Moment(), nullable=True),
        sa.Column("lifted_by", sa.String(length=64), nullable=False),
        sa.Column("lift_note", sa.String(length=400), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["service_account.id"], name=op.f("fk_payment_block_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_block")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_block_key")),
    )
    _index("payment_block", "account_id", "lifted_at")
    op.create_table(
        "rule_firing",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("fact", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.Column("work_order", sa.String(length=20), nullable=False),
        sa.Column("request", sa.String(length=20), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["service_account.id"], name=op.f("fk_rule_firing_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_rule_firing_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_firing")),
        sa.UniqueConstraint("key", name=op.f("uq_rule_firing_key")),
    )
    for columns in (("rule", "at"), ("account_id", "at"), ("at",), ("work_order",), ("request",)):
        _index("rule_firing", *columns)


def _index(table: str, *columns: str) -> None:
    name = f"_{table}_".join(columns)
    op.create_index(op.f(f"ix_{table}_{name}"), table, list(columns))


def downgrade() -> None:
    op.drop_table("rule_firing")
    op.drop_table("payment_block")
