"""passwords that are given for once

Revision ID: people
Revises: types
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "people"
down_revision = "types"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_user", sa.Column("password_until", Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff_user") as batch:
        batch.drop_column("password_until")
