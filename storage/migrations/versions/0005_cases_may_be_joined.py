"""Cases of the same matter may be joined

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply; nullable, so that the version before can go on writing beside this one."""
    op.add_column("cases", sa.Column("cell", NUMBER, nullable=True))
    op.add_column("cases", sa.Column("joined_id", NUMBER, nullable=True))
    op.create_index("ix_cases_cell_subject", "cases", ["cell", "subject"], unique=False)
    op.create_index(op.f("ix_cases_joined_id"), "cases", ["joined_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_cases_joined_id"), table_name="cases")
    op.drop_index("ix_cases_cell_subject", table_name="cases")
    op.drop_column("cases", "joined_id")
    op.drop_column("cases", "cell")
