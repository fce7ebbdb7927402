"""people in the field

Revision ID: field
Revises: matters
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "field"
down_revision = "matters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "field_device",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_device")),
        sa.UniqueConstraint("code", name=op.f("uq_field_device_code")),
    )
    op.create_table(
        "field_position",
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_position")),
        sa.UniqueConstraint("worker", "at", name=op.f("uq_field_position_worker_at")),
    )
    op.create_index(op.f("ix_field_position_at"), "field_position", ["at"], unique=False)
    op.create_table(
        "field_worker",
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("agreed_at", Moment(), nullable=True),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_field_worker")),
    )
    op.create_table(
        "field_act",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("device_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("work_order_id", BigId, nullable=True),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.JSON(), nullable=False),
        sa.Column("acted_at", Moment(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("theirs", sa.JSON(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["field_device.id"], name=op.f("fk_field_act_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_field_act_work_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_act")),
        sa.UniqueConstraint("device_id", "seq", name=op.f("uq_field_act_device_id_seq")),
        sa.UniqueConstraint("key", name=op.f("uq_field_act_key")),
    )
    op.create_index(
        op.f("ix_field_act_work_order_id_field_act_outcome"),
        "field_act",
        ["work_order_id", "outcome"],
        unique=False,
    )
    op.create_index(
        op.f("ix_field_act_worker_field_act_outcome"),
        "field_act",
        ["worker", "outcome"],
        unique=False,
    )
    op.create_table(
        "field_attachment",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("work_order_id", BigId, nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("complete_at", Moment(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_field_attachment_work_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_field_attachment_key")),
    )
    op.create_index(
        op.f("ix_field_attachment_work_order_id_field_attachment_complete_at"),
        "field_attachment",
        ["work_order_id", "complete_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("field_attachment")
    op.drop_table("field_act")
    op.drop_table("field_worker")
    op.drop_table("field_position")
    op.drop_table("field_device")
