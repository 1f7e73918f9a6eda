"""the programme of a solution"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("solution", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("columns_digest", sa.String(), nullable=False),
        sa.Column("rows_digest", sa.String(), nullable=False),
        sa.Column("entries_digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("year", "solution"),
    )


def downgrade() -> None:
    op.drop_table("programme")
