"""what was opened and looked for, one by one

Revision ID: looks
Revises: people
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "looks"
down_revision = "people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_look",
        sa.Column("article_id", BigId, nullable=True),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("empty", sa.Boolean(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["knowledge_article.id"], name=op.f("fk_knowledge_look_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_look")),
    )
    op.create_index(op.f("ix_knowledge_look_created_at"), "knowledge_look", ["created_at"])


def downgrade() -> None:
    op.drop_table("knowledge_look")
