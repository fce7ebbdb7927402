"""articles, their versions, what they are found by, what was read

Revision ID: knowledge
Revises: imports
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "knowledge"
down_revision = "imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_article",
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.Column("retired_by", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_article")),
    )
    op.create_table(
        "knowledge_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_knowledge_file")),
    )
    op.create_table(
        "knowledge_search",
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("empty", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("words", "day", name=op.f("pk_knowledge_search")),
    )
    op.create_table(
        "knowledge_gap",
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("article_id", BigId, nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["knowledge_article.id"], name=op.f("fk_knowledge_gap_article_id")
        ),
        sa.PrimaryKeyConstraint("words", name=op.f("pk_knowledge_gap")),
    )
    op.create_table(
        "knowledge_use",
        sa.Column("article_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["knowledge_article.id"], name=op.f("fk_knowledge_use_article_id")
        ),
        sa.PrimaryKeyConstraint("article_id", "day", name=op.f("pk_knowledge_use")),
    )
    op.create_table(
        "knowledge_version",
        sa.Column("article_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("open_key", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_until", Moment(), nullable=True),
        sa.Column("submitted_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["knowledge_article.id"], name=op.f("fk_knowledge_version_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_version")),
        sa.UniqueConstraint(
            "article_id", "number", name=op.f("uq_knowledge_version_article_id_number")
        ),
        sa.UniqueConstraint("open_key", name=op.f("uq_knowledge_version_open_key")),
    )
    op.create_index(
        op.f("ix_knowledge_version_state_knowledge_version_valid_from"),
        "knowledge_version",
        ["state", "valid_from"],
        unique=False,
    )
    op.create_table(
        "knowledge_attachment",
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["knowledge_file.sha256"], name=op.f("fk_knowledge_attachment_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["knowledge_version.id"],
            name=op.f("fk_knowledge_attachment_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_attachment")),
    )
    op.create_index(
        op.f("ix_knowledge_attachment_version_id"),
        "knowledge_attachment",
        ["version_id"],
        unique=False,
    )
    op.create_table(
        "knowledge_mark",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["knowledge_version.id"], name=op.f("fk_knowledge_mark_version_id")
        ),
        sa.PrimaryKeyConstraint("kind", "code", "version_id", name=op.f("pk_knowledge_mark")),
    )
    op.create_index(
        op.f("ix_knowledge_mark_version_id"), "knowledge_mark", ["version_id"], unique=False
    )
    op.create_table(
        "knowledge_term",
        sa.Column("term", sa.String(length=32), nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("sound", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["knowledge_version.id"], name=op.f("fk_knowledge_term_version_id")
        ),
        sa.PrimaryKeyConstraint("term", "version_id", name=op.f("pk_knowledge_term")),
    )
    op.create_index(op.f("ix_knowledge_term_sound"), "knowledge_term", ["sound"], unique=False)
    op.create_index(
        op.f("ix_knowledge_term_version_id"), "knowledge_term", ["version_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("knowledge_term")
    op.drop_table("knowledge_mark")
    op.drop_table("knowledge_attachment")
    op.drop_table("knowledge_version")
    op.drop_table("knowledge_use")
    op.drop_table("knowledge_gap")
    op.drop_table("knowledge_search")
    op.drop_table("knowledge_file")
    op.drop_table("knowledge_article")
