"""checks for cause"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cause",
        sa.Column("cause_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.String(length=18), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("cause_id"),
    )
    op.create_index(op.f("ix_cause_year"), "cause", ["year"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_cause_year"), table_name="cause")
    op.drop_table("cause")
