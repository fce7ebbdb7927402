"""parking: the slots in use

Revision ID: parking
Revises: meters
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "parking"
down_revision = "meters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parked_call",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("reserved_at", Moment(), nullable=False),
        sa.Column("parked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_parked_call")),
        sa.UniqueConstraint("call_id", name=op.f("uq_parked_call_call_id")),
    )


def downgrade() -> None:
    op.drop_table("parked_call")
