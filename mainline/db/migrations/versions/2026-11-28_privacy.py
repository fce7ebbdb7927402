"""privacy

Revision ID: privacy
Revises: field
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "privacy"
down_revision = "field"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "data_reading",
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_reading")),
    )
    op.create_index(op.f("ix_data_reading_at"), "data_reading", ["at"])
    op.create_index(
        op.f("ix_data_reading_reader_data_reading_at"), "data_reading", ["reader", "at"]
    )
    op.create_table(
        "reading_hour",
        sa.Column("hour", Moment(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_hour")),
        sa.UniqueConstraint("hour", "reader", name=op.f("uq_reading_hour_hour_reader")),
    )
    op.create_table(
        "unmasking",
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmasking")),
    )
    op.create_index(op.f("ix_unmasking_by_unmasking_at"), "unmasking", ["by", "at"])
    op.create_index(op.f("ix_unmasking_subject_unmasking_until"), "unmasking", ["subject", "until"])


def downgrade() -> None:
    op.drop_table("unmasking")
    op.drop_table("reading_hour")
    op.drop_table("data_reading")
