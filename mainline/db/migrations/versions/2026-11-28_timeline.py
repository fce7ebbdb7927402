"""the history of a customer is found by indexes

Revision ID: timeline
Revises: webhooks
"""

from alembic import op

revision = "timeline"
down_revision = "webhooks"
branch_labels = None
depends_on = None

TABLES = ("promise", "callback", "voice_message")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_customer_id"), table, ["customer_id"], unique=False)


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_customer_id"), table)
