"""how callers went through the menus

Revision ID: passages
Revises: desk
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "passages"
down_revision = "desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "menu_passage",
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("menu", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("keys", sa.String(length=1), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=True),
        sa.Column("gave_up", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_menu_passage")),
    )
    op.create_index(
        "ix_menu_passage_counting",
        "menu_passage",
        ["menu", "at", "node", "keys", "target", "gave_up"],
    )


def downgrade() -> None:
    op.drop_index("ix_menu_passage_counting", table_name="menu_passage")
    op.drop_table("menu_passage")
