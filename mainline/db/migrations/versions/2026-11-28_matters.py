"""matters: what climbs when it cannot be settled

Revision ID: matters
Revises: linkage
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "matters"
down_revision = "linkage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matter",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("work_order", sa.String(length=20), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("raised_by", sa.String(length=64), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_matter_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        sa.UniqueConstraint("key", name=op.f("uq_matter_key")),
    )
    op.create_index(op.f("ix_matter_state_matter_due_at"), "matter", ["state", "due_at"])
    for column in ("next_at", "call_id", "customer_id"):
        op.create_index(op.f(f"ix_matter_{column}"), "matter", [column])


def downgrade() -> None:
    op.drop_table("matter")
