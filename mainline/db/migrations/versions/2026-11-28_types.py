"""arrival on site as a limit, fee lines of orders

Revision ID: types
Revises: watch
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "types"
down_revision = "watch"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_order", sa.Column("due_arrive_at", Moment(), nullable=True))
    op.add_column("work_order", sa.Column("arrived_at", Moment(), nullable=True))
    op.create_table(
        "work_order_fee",
        sa.Column("work_order_id", BigId, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("label_zh", sa.String(length=200), nullable=False),
        sa.Column("label_en", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("each_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_work_order_fee_work_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_fee")),
        sa.UniqueConstraint(
            "work_order_id", "code", name=op.f("uq_work_order_fee_work_order_id_code")
        ),
    )


def downgrade() -> None:
    op.drop_table("work_order_fee")
    with op.batch_alter_table("work_order") as batch:
        batch.drop_column("arrived_at")
        batch.drop_column("due_arrive_at")
