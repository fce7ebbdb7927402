"""areas of service, branches of staff

Revision ID: areas
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from mainline.db import Moment

revision = "areas"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _areas()
    with op.batch_alter_table("staff_user") as staff:
        staff.add_column(sa.Column("branch", sa.String(24), nullable=False, server_default=""))
        staff.add_column(
            sa.Column("workplace", sa.String(16), nullable=False, server_default="centre")
        )
    with op.batch_alter_table("outage") as outage:
        outage.alter_column("area_id", existing_type=_ID, nullable=True)
        outage.add_column(sa.Column("service_area_id", _ID, nullable=True))
        outage.create_foreign_key(
            op.f("fk_outage_service_area_id"), "service_area", ["service_area_id"], ["id"]
        )
        outage.create_index(
            op.f("ix_outage_service_area_id_outage_status"), ["service_area_id", "status"]
        )


def _areas() -> None:
    op.create_table(
        "service_area",
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name_zh", sa.String(64), nullable=False),
        sa.Column("name_en", sa.String(96), nullable=False),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_area")),
        sa.UniqueConstraint("code", name=op.f("uq_service_area_code")),
    )
    op.create_index(op.f("ix_service_area_kind"), "service_area", ["kind"])
    op.create_table(
        "area_premise",
        sa.Column("premise_id", _ID, nullable=False),
        sa.Column("area_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["premise_id"], ["premise.id"], name=op.f("fk_area_premise_premise_id")
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["service_area.id"], name=op.f("fk_area_premise_area_id")
        ),
        sa.PrimaryKeyConstraint("premise_id", "area_id", name=op.f("pk_area_premise")),
    )
    op.create_index(op.f("ix_area_premise_area_id"), "area_premise", ["area_id"])


def downgrade() -> None:
    with op.batch_alter_table("outage") as outage:
        outage.drop_index(op.f("ix_outage_service_area_id_outage_status"))
        outage.drop_constraint(op.f("fk_outage_service_area_id"), type_="foreignkey")
        outage.drop_column("service_area_id")
    with op.batch_alter_table("staff_user") as staff:
        staff.drop_column("workplace")
        staff.drop_column("branch")
    op.drop_table("area_premise")
    op.drop_table("service_area")
