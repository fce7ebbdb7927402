"""watch list, bulletins, exports

Revision ID: watch
Revises: privacy
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "watch"
down_revision = "privacy"
branch_labels = None
depends_on = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", _BIG, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "watch_entry",
        sa.Column("customer_id", _BIG, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_why", sa.String(length=400), nullable=False),
        *_record(),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_watch_entry_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_entry")),
    )
    op.create_index(
        op.f("ix_watch_entry_customer_id_watch_entry_ended_at"),
        "watch_entry",
        ["customer_id", "ended_at"],
    )
    op.create_table(
        "bulletin",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("must_read", sa.Boolean(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=False),
        *_record(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
    )
    op.create_index(
        op.f("ix_bulletin_withdrawn_at_bulletin_until"), "bulletin", ["withdrawn_at", "until"]
    )
    op.create_table(
        "bulletin_receipt",
        sa.Column("bulletin_id", _BIG, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        *_record(),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_receipt_bulletin_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_receipt")),
        sa.UniqueConstraint(
            "bulletin_id",
            "user_id",
            name=op.f("uq_bulletin_receipt_bulletin_id_user_id"),
        ),
    )
    op.create_index(op.f("ix_bulletin_receipt_user_id"), "bulletin_receipt", ["user_id"])
    op.create_table(
        "data_export",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        *_record(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
        sa.UniqueConstraint("number", name=op.f("uq_data_export_number")),
    )
    op.create_index(
        op.f("ix_data_export_state_data_export_asked_at"), "data_export", ["state", "asked_at"]
    )
    op.create_index(
        op.f("ix_data_export_asked_by_data_export_asked_at"),
        "data_export",
        ["asked_by", "asked_at"],
    )


def downgrade() -> None:
    for table in ("data_export", "bulletin_receipt", "bulletin", "watch_entry"):
        op.drop_table(table)
