"""clocks of work orders

Revision ID: flow
Revises: duplicates
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "flow"
down_revision = "duplicates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("work_order") as table:
        table.add_column(sa.Column("paused_at", Moment(), nullable=True))
        table.add_column(
            sa.Column("pause_reason", sa.String(length=400), server_default="", nullable=False)
        )
        table.add_column(sa.Column("next_limit_at", Moment(), nullable=True))
        table.add_column(sa.Column("limits_told", sa.JSON(), server_default="[]", nullable=False))
        table.add_column(sa.Column("escalation", sa.Integer(), server_default="0", nullable=False))
        table.create_index(op.f("ix_work_order_next_limit_at"), ["next_limit_at"], unique=False)
    with op.batch_alter_table("work_order_move") as table:
        table.add_column(
            sa.Column("entered_by", sa.String(length=64), server_default="", nullable=False)
        )
        table.add_column(
            sa.Column("target", sa.String(length=64), server_default="", nullable=False)
        )
    # The clocks of orders that are open already are looked at once, and then know their next time.
    op.execute("UPDATE work_order SET next_limit_at = opened_at WHERE closed_at IS NULL")


def downgrade() -> None:
    with op.batch_alter_table("work_order_move") as table:
        table.drop_column("target")
        table.drop_column("entered_by")
    with op.batch_alter_table("work_order") as table:
        table.drop_index(op.f("ix_work_order_next_limit_at"))
        table.drop_column("escalation")
        table.drop_column("limits_told")
        table.drop_column("next_limit_at")
        table.drop_column("pause_reason")
        table.drop_column("paused_at")
