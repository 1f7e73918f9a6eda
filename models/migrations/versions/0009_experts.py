"""experts of visits"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_expert",
        sa.Column("draw_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.String(length=18), nullable=False),
        sa.Column("speciality", sa.String(), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "firm_id", "speciality"),
    )


def downgrade() -> None:
    op.drop_table("visit_expert")
