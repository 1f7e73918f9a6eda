"""firm replacements"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firm_replacement",
        sa.Column("draw_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("firm_out", sa.String(length=18), nullable=False),
        sa.Column("firm_in", sa.String(length=18), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("log_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("firm_replacement")
