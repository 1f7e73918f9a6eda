"""experts who gave way"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expert_replacement",
        sa.Column("draw_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.String(length=18), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("speciality", sa.String(), nullable=False),
        sa.Column("officer_out", sa.String(), nullable=False),
        sa.Column("officer_in", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("passed_over", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("log_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "firm_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("expert_replacement")
