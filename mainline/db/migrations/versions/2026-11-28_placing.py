"""placing: decisions about addresses that waited

Revision ID: placing
Revises: looks
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "placing"
down_revision = "looks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "placing_decision",
        sa.Column("premise_id", BigId, nullable=False),
        sa.Column("open_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("typed", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("became", sa.JSON(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["premise_id"],
            ["premise.id"],
            name=op.f("fk_placing_decision_premise_id_premise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placing_decision")),
        sa.UniqueConstraint("open_id", name=op.f("uq_placing_decision_open_id")),
    )
    op.create_index(op.f("ix_placing_decision_at"), "placing_decision", ["at"])
    op.create_index(op.f("ix_placing_decision_premise_id"), "placing_decision", ["premise_id"])


def downgrade() -> None:
    op.drop_table("placing_decision")
