"""calls by the end of their number, visits by time, orders by owner: what lists ask for

Revision ID: growth
Revises: audit
"""

import sqlalchemy as sa
from alembic import op

revision = "growth"
down_revision = "audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "interaction", sa.Column("ani_tail", sa.String(length=4), server_default="", nullable=False)
    )
    op.execute(
        "UPDATE interaction SET ani_tail = CASE WHEN length(ani) > 4"
        " THEN substr(ani, length(ani) - 3) ELSE ani END"
    )
    op.create_index(
        op.f("ix_interaction_ani_tail_interaction_began_at"),
        "interaction",
        ["ani_tail", "began_at"],
    )
    op.create_index(op.f("ix_queue_visit_entered_at"), "queue_visit", ["entered_at"])
    op.create_index(
        op.f("ix_work_order_owner_work_order_opened_at"), "work_order", ["owner", "opened_at"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_work_order_owner_work_order_opened_at"), table_name="work_order")
    op.drop_index(op.f("ix_queue_visit_entered_at"), table_name="queue_visit")
    op.drop_index(op.f("ix_interaction_ani_tail_interaction_began_at"), table_name="interaction")
    op.drop_column("interaction", "ani_tail")
