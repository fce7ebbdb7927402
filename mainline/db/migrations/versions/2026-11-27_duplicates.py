"""duplicates: decisions about records that were one

Revision ID: duplicates
Revises: addresses
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "duplicates"
down_revision = "addresses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_decision",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("open_key", sa.String(length=64), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_decision")),
        sa.UniqueConstraint("open_key", name=op.f("uq_duplicate_decision_open_key")),
    )
    op.create_index(op.f("ix_duplicate_decision_at"), "duplicate_decision", ["at"])
    op.create_index(
        op.f("ix_duplicate_decision_what_duplicate_decision_kept_id"),
        "duplicate_decision",
        ["what", "kept_id"],
    )
    op.create_index(
        op.f("ix_duplicate_decision_what_duplicate_decision_other_id"),
        "duplicate_decision",
        ["what", "other_id"],
    )
    for table in ("customer", "premise"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("merged_into_id", BigId, nullable=True))
            changed.create_foreign_key(
                op.f(f"fk_{table}_merged_into_id"), table, ["merged_into_id"], ["id"]
            )
        op.create_index(op.f(f"ix_{table}_merged_into_id"), table, ["merged_into_id"])


def downgrade() -> None:
    for table in ("customer", "premise"):
        op.drop_index(op.f(f"ix_{table}_merged_into_id"), table_name=table)
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"fk_{table}_merged_into_id"), type_="foreignkey")
            changed.drop_column("merged_into_id")
    for name in (
        "what_duplicate_decision_other_id",
        "what_duplicate_decision_kept_id",
        "at",
    ):
        op.drop_index(op.f(f"ix_duplicate_decision_{name}"), table_name="duplicate_decision")
    op.drop_table("duplicate_decision")
