"""life cycle: requests, roles at accounts over time, accounts that came from others

Revision ID: life_cycle
Revises: timeline
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import BigId, Moment

revision = "life_cycle"
down_revision = "timeline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "life_request",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stopped", sa.String(length=32), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("approvals", sa.JSON(), nullable=False),
        sa.Column("fees", sa.JSON(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["service_account.id"], name=op.f("fk_life_request_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_life_request_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_request")),
        sa.UniqueConstraint("key", name=op.f("uq_life_request_key")),
        sa.UniqueConstraint("number", name=op.f("uq_life_request_number")),
    )
    _indexes(
        "life_request",
        ["account_id", "state"],
        ["customer_id", "asked_at"],
        ["state", "effective_on"],
        ["call_id"],
        ["asked_at"],
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("request", sa.String(length=20), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["service_account.id"], name=op.f("fk_account_role_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_account_role_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
    )
    _indexes("account_role", ["account_id", "role"], ["customer_id"])
    op.create_table(
        "account_link",
        sa.Column("from_id", BigId, nullable=False),
        sa.Column("to_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("request", sa.String(length=20), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_id"], ["service_account.id"], name=op.f("fk_account_link_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["service_account.id"], name=op.f("fk_account_link_to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
    )
    _indexes("account_link", ["from_id"], ["to_id"])


def _indexes(table: str, *columns: list[str]) -> None:
    for each in columns:
        name = f"_{table}_".join(each)
        op.create_index(op.f(f"ix_{table}_{name}"), table, each)


def downgrade() -> None:
    op.drop_table("account_link")
    op.drop_table("account_role")
    op.drop_table("life_request")
