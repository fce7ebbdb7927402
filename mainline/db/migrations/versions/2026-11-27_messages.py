"""messages are tasks with a deadline and an answer

Revision ID: messages
Revises: campaigns
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "messages"
down_revision = "campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("voice_message") as table:
        table.add_column(
            sa.Column("about", sa.String(length=16), server_default="message", nullable=False)
        )
        table.add_column(sa.Column("due_at", Moment(), nullable=True))
        table.add_column(sa.Column("customer_id", big, nullable=True))
        table.add_column(sa.Column("work_order", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("outcome", sa.Text(), server_default="", nullable=False))
        table.add_column(sa.Column("callback_id", big, nullable=True))
        table.add_column(sa.Column("told", sa.String(length=16), server_default="", nullable=False))
        table.add_column(sa.Column("transcript", sa.Text(), server_default="", nullable=False))
        table.add_column(
            sa.Column("heard_by", sa.String(length=64), server_default="", nullable=False)
        )
        table.create_index(op.f("ix_voice_message_state_voice_message_due_at"), ["state", "due_at"])
        table.create_index(op.f("ix_voice_message_callback_id"), ["callback_id"])


def downgrade() -> None:
    with op.batch_alter_table("voice_message") as table:
        table.drop_index(op.f("ix_voice_message_callback_id"))
        table.drop_index(op.f("ix_voice_message_state_voice_message_due_at"))
        for name in (
            "heard_by", "transcript", "told", "callback_id", "outcome", "work_order",
            "customer_id", "due_at", "about",
        ):  # fmt: skip
            table.drop_column(name)
