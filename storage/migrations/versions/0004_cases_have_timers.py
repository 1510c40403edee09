"""Cases are looked at by themselves

Revision ID: 0004
Revises: 0003
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what is open already has the end of its promise, what is finished is asked about from now on."""
    op.create_table(
        "timers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_timers_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
    )
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timers_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_timers_case_id"), ["case_id"], unique=False)
    timers = sa.table("timers", sa.column("case_id"), sa.column("kind"), sa.column("at", sa.DateTime(timezone=True)))
    cases = sa.table("cases", sa.column("id"), sa.column("state"), sa.column("due_at", sa.DateTime(timezone=True)))
    undone = sa.select(cases.c.id, sa.literal("due"), cases.c.due_at).where(
        cases.c.state.in_(("submitted", "accepted", "returned", "reopened"))
    )
    op.execute(timers.insert().from_select(["case_id", "kind", "at"], undone))
    for kind, days in (("remind", 2), ("answer", 5)):
        at = sa.literal(datetime.now(UTC) + timedelta(days=days), sa.DateTime(timezone=True))
        finished = sa.select(cases.c.id, sa.literal(kind), at).where(cases.c.state == "finished")
        op.execute(timers.insert().from_select(["case_id", "kind", "at"], finished))


def downgrade() -> None:
    """Undo."""
    op.drop_table("timers")
