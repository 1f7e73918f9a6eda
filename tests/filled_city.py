"""A workspace that holds a made-up city: its register, events and lists, classified."""

from __future__ import annotations

from models.registry_rows import insert_events, insert_firms, save_items, save_officers, save_tasks
from scheduler.example.city import ExampleCity
from scheduler.workflow.risk import classify_firms
from scheduler.workflow.workspace import Workspace


def fill(workspace: Workspace, city: ExampleCity) -> None:
    """Stores the city, with its tasks of 2026, and classifies its firms."""
    with workspace.transaction() as connection:
        insert_firms(connection, city.firms)
        insert_events(connection, city.events)
        save_items(connection, city.items)
        save_tasks(connection, 2026, city.tasks)
        save_officers(connection, city.officers)
    classify_firms(workspace)
