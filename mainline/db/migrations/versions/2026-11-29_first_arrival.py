"""when somebody was there before an order was reopened

Revision ID: first_arrival
Revises: placing
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "first_arrival"
down_revision = "placing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_order", sa.Column("first_arrived_at", Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("work_order") as batch:
        batch.drop_column("first_arrived_at")
