"""the audit log

Revision ID: audit
Revises: promises
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId

revision = "audit"
down_revision = "promises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("row_key", sa.String(length=160), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at_us"), "audit_entry", ["at_us"])
    op.create_index(op.f("ix_audit_entry_by_audit_entry_id"), "audit_entry", ["by", "id"])
    op.create_index(
        op.f("ix_audit_entry_table_name_audit_entry_row_key_audit_entry_id"),
        "audit_entry",
        ["table_name", "row_key", "id"],
    )
    op.create_table(
        "audit_left",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("column_name", sa.String(length=64), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("row_key", sa.String(length=160), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_left_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "column_name", name=op.f("pk_audit_left")),
    )
    op.create_index(
        op.f("ix_audit_left_table_name_audit_left_column_name_audit_left_value"),
        "audit_left",
        ["table_name", "column_name", "value"],
    )


def downgrade() -> None:
    op.drop_table("audit_left")
    op.drop_table("audit_entry")
