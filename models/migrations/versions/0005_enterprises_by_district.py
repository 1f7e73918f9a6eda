"""enterprises of the base date by district"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("by_district", sa.String(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("plan", "by_district")
