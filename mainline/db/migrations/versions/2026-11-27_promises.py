"""promised times

Revision ID: promises
Revises: flow
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "promises"
down_revision = "flow"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("work_order_id", BigId, nullable=True),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_promise_work_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("key", name=op.f("uq_promise_key")),
    )
    op.create_index(
        op.f("ix_promise_number_promise_state"), "promise", ["number", "state"], unique=False
    )
    op.create_index(
        op.f("ix_promise_state_promise_due_at"), "promise", ["state", "due_at"], unique=False
    )
    op.create_index(op.f("ix_promise_work_order_id"), "promise", ["work_order_id"], unique=False)


def downgrade() -> None:
    op.drop_table("promise")
