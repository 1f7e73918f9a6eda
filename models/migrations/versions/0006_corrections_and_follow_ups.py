"""corrections and follow-ups"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replaced_result",
        sa.Column("log_number", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.String(length=18), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("replaced_on", sa.Date(), nullable=False),
        sa.Column("replaced_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("log_number", "draw_id", "firm_id", "item_id", "category"),
    )
    op.create_table(
        "follow_up",
        sa.Column("draw_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.String(length=18), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "firm_id", "item_id", "step"),
    )


def downgrade() -> None:
    op.drop_table("follow_up")
    op.drop_table("replaced_result")
