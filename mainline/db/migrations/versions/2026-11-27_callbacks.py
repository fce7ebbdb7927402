"""call-backs

Revision ID: callbacks
Revises: areas
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "callbacks"
down_revision = "areas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("open_key", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.Column("own_call_id", sa.String(length=64), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempt_call_id", sa.String(length=64), nullable=True),
        sa.Column("attempted_at", Moment(), nullable=True),
        sa.Column("agent", sa.String(length=8), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sa.UniqueConstraint("open_key", name=op.f("uq_callback_open_key")),
    )
    for columns in (
        ("state", "next_at"),
        ("number", "state"),
        ("own_call_id",),
        ("attempt_call_id",),
    ):
        name = op.f("ix_" + "_".join(f"callback_{column}" for column in columns))
        op.create_index(name, "callback", list(columns), unique=False)


def downgrade() -> None:
    op.drop_table("callback")
