"""calls that stand out: emergencies, and repeats about one matter

Revision ID: standing_out
Revises: messages
"""

import sqlalchemy as sa
from alembic import op

revision = "standing_out"
down_revision = "messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("interaction", sa.Column("emergency", sa.String(length=40), nullable=True))
    op.add_column(
        "interaction", sa.Column("repeats", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("interaction", "repeats")
    op.drop_column("interaction", "emergency")
