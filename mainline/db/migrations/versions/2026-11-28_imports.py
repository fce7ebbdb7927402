"""runs of the import

Revision ID: imports
Revises: growth
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "imports"
down_revision = "growth"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.String(length=64), nullable=False),
        sa.Column("mapping_version", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("key", name=op.f("uq_import_run_key")),
    )


def downgrade() -> None:
    op.drop_table("import_run")
