"""what proves who a customer is

Revision ID: identity
Revises: leader
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "identity"
down_revision = "leader"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "customer", sa.Column("id_tail", sa.String(64), nullable=False, server_default="")
    )
    op.add_column(
        "customer_phone",
        sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_table(
        "identity_failure",
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_identity_failure_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_failure")),
    )
    op.create_index(
        op.f("ix_identity_failure_customer_id_identity_failure_at"),
        "identity_failure",
        ["customer_id", "at"],
    )


def downgrade() -> None:
    op.drop_table("identity_failure")
    op.drop_column("customer_phone", "confirmed")
    op.drop_column("customer", "id_tail")
