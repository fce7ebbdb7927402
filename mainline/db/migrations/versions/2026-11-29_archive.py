"""who confirmed a telephone and when it ended; how a customer wants to be reached

Revision ID: archive
Revises: first_arrival
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "archive"
down_revision = "first_arrival"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer_phone", sa.Column("confirmed_by", sa.String(length=64), nullable=True))
    op.add_column("customer_phone", sa.Column("confirmed_at", Moment(), nullable=True))
    op.add_column("customer_phone", sa.Column("ended_at", Moment(), nullable=True))
    op.add_column("customer", sa.Column("contact_by", sa.String(length=16), nullable=True))
    op.add_column("customer", sa.Column("contact_from", sa.String(length=5), nullable=True))
    op.add_column("customer", sa.Column("contact_until", sa.String(length=5), nullable=True))


def downgrade() -> None:
    op.drop_column("customer", "contact_until")
    op.drop_column("customer", "contact_from")
    op.drop_column("customer", "contact_by")
    op.drop_column("customer_phone", "ended_at")
    op.drop_column("customer_phone", "confirmed_at")
    op.drop_column("customer_phone", "confirmed_by")
