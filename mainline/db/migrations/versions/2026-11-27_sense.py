"""suspected outages, parts of work orders

Revision ID: sense
Revises: surveys
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "sense"
down_revision = "surveys"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    with op.batch_alter_table("work_order") as order:
        order.add_column(sa.Column("parent_id", _ID, nullable=True))
        order.create_foreign_key(
            op.f("fk_work_order_parent_id"), "work_order", ["parent_id"], ["id"]
        )
        order.create_index(op.f("ix_work_order_parent_id"), ["parent_id"])
    with op.batch_alter_table("service_area") as area:
        area.add_column(sa.Column("premises", sa.Integer(), nullable=False, server_default="0"))
    _candidates()
    _signals()
    _requests()


def _candidates() -> None:
    op.create_table(
        "outage_candidate",
        sa.Column("area_id", _ID, nullable=False),
        sa.Column("class_code", sa.String(24), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("callers", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("outage_id", _ID, nullable=True),
        sa.Column("work_order_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        _to("outage_candidate", "area_id", "service_area"),
        _to("outage_candidate", "outage_id", "outage"),
        _to("outage_candidate", "work_order_id", "work_order"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_candidate")),
    )
    op.create_index(
        "uq_outage_candidate_open",
        "outage_candidate",
        ["area_id", "class_code"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(
        op.f("ix_outage_candidate_state_outage_candidate_raised_at"),
        "outage_candidate",
        ["state", "raised_at"],
    )
    op.create_index(op.f("ix_outage_candidate_outage_id"), "outage_candidate", ["outage_id"])


def _signals() -> None:
    op.create_table(
        "outage_signal",
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("class_code", sa.String(24), nullable=False),
        sa.Column("area_id", _ID, nullable=False),
        sa.Column("premise_id", _ID, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("candidate_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        _to("outage_signal", "area_id", "service_area"),
        _to("outage_signal", "premise_id", "premise"),
        _to("outage_signal", "candidate_id", "outage_candidate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_signal")),
        sa.UniqueConstraint(
            "call_id", "class_code", "area_id", "premise_id",
            name=op.f("uq_outage_signal_call_id_class_code_area_id_premise_id"),
        ),
    )  # fmt: skip
    op.create_index(
        op.f("ix_outage_signal_area_id_outage_signal_class_code_outage_signal_at"),
        "outage_signal",
        ["area_id", "class_code", "at"],
    )
    op.create_index(op.f("ix_outage_signal_at"), "outage_signal", ["at"])
    op.create_index(op.f("ix_outage_signal_candidate_id"), "outage_signal", ["candidate_id"])


def _requests() -> None:
    op.create_table(
        "outage_request",
        sa.Column("outage_id", _ID, nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.String(64), nullable=True),
        sa.Column("handed_at", Moment(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        _to("outage_request", "outage_id", "outage"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_request")),
        sa.UniqueConstraint("outage_id", "number", name=op.f("uq_outage_request_outage_id_number")),
    )
    op.create_index(op.f("ix_outage_request_handed_at"), "outage_request", ["handed_at"])


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    for table in ("outage_request", "outage_signal", "outage_candidate"):
        op.drop_table(table)
    with op.batch_alter_table("service_area") as area:
        area.drop_column("premises")
    with op.batch_alter_table("work_order") as order:
        order.drop_index(op.f("ix_work_order_parent_id"))
        order.drop_constraint(op.f("fk_work_order_parent_id"), type_="foreignkey")
        order.drop_column("parent_id")
