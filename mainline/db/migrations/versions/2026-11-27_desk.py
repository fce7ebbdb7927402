"""desk: teams, auto-answer, pauses that last too long

Revision ID: desk
Revises: sense
"""

import sqlalchemy as sa
from alembic import op

revision = "desk"
down_revision = "sense"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "staff_user", sa.Column("team", sa.String(length=32), server_default="", nullable=False)
    )
    op.add_column(
        "staff_user",
        sa.Column("auto_answer", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "agent_state", sa.Column("over", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("agent_state", "over")
    op.drop_column("staff_user", "auto_answer")
    op.drop_column("staff_user", "team")
