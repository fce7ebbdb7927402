"""appointments

Revision ID: appointments
Revises: standing_out
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "appointments"
down_revision = "standing_out"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment_day",
        sa.Column("pool", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "day", name=op.f("pk_appointment_day")),
    )
    op.create_table(
        "appointment",
        sa.Column("work_order_id", BigId, nullable=False),
        sa.Column("open_order_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("pool", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(length=24), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("booked_by", sa.String(length=64), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_appointment_work_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("open_order_id", name=op.f("uq_appointment_open_order_id")),
        sa.UniqueConstraint(
            "pool", "day", "slot", "place", name=op.f("uq_appointment_pool_day_slot_place")
        ),
    )
    op.create_index(op.f("ix_appointment_day"), "appointment", ["day"], unique=False)
    op.create_index(
        op.f("ix_appointment_state_appointment_ends_at"),
        "appointment",
        ["state", "ends_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_appointment_work_order_id_appointment_state"),
        "appointment",
        ["work_order_id", "state"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_appointment_work_order_id_appointment_state"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_state_appointment_ends_at"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_day"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_table("appointment_day")
