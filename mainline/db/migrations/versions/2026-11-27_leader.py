"""the leader: notes, and an end of what is switched by hand

Revision ID: leader
Revises: callbacks
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "leader"
down_revision = "callbacks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("line_mode", sa.Column("until", Moment(), nullable=True))
    op.create_table(
        "note",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_subject_note_id"), "note", ["subject", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_note_subject_note_id"), table_name="note")
    op.drop_table("note")
    op.drop_column("line_mode", "until")
