"""The table of permissions is made from the code."""

from __future__ import annotations

from handlers.permissions import ACTIONS, ROLES
from tests.docs.tables import DOCS, permissions_page


def test_the_page_of_permissions_is_what_the_code_says() -> None:
    assert (DOCS / "permissions.md").read_text("utf-8") == permissions_page(), (
        "run: .venv/bin/python -m tests.docs.tables"
    )


def test_every_action_is_for_somebody_and_for_known_roles_only() -> None:
    assert all(roles and roles <= set(ROLES) for roles in ACTIONS.values())
