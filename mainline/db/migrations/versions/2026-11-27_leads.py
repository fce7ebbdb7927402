"""campaigns that lead everybody to an agent

Revision ID: leads
Revises: appointments
"""

import sqlalchemy as sa
from alembic import op

revision = "leads"
down_revision = "appointments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "campaign", sa.Column("leads", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("campaign", "leads")
