"""interrupted: the wrap-up that goes on when nobody answers the ring that came over it

Revision ID: interrupted
Revises: archive
"""

import sqlalchemy as sa
from alembic import op

revision = "interrupted"
down_revision = "archive"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent_state", sa.Column("interrupted", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("agent_state", "interrupted")
