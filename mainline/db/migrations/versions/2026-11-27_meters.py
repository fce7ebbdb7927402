"""meters and their readings

Revision ID: meters
Revises: alerts
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "meters"
down_revision = "alerts"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "meter",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["service_account.id"], name=op.f("fk_meter_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint("number", name=op.f("uq_meter_number")),
    )
    op.create_index(op.f("ix_meter_account_id"), "meter", ["account_id"])
    op.create_table(
        "meter_reading",
        sa.Column("meter_id", _ID, nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("call_id", sa.String(64), nullable=True),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_meter_reading_meter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_reading")),
        sa.UniqueConstraint("key", name=op.f("uq_meter_reading_key")),
    )
    op.create_index(op.f("ix_meter_reading_call_id"), "meter_reading", ["call_id"])
    op.create_index(
        op.f("ix_meter_reading_meter_id_meter_reading_read_at"),
        "meter_reading",
        ["meter_id", "read_at"],
    )


def downgrade() -> None:
    op.drop_table("meter_reading")
    op.drop_table("meter")
