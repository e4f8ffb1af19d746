"""The tasks of a site, as operators describe them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.errors import InvalidProblemError
from tocsin.planning.inputs.fields import Fields, check_identifier
from tocsin.planning.problem import Task

MOST_TASKS = 2_000  # of a site: its document and its plans stay far below 2 MB
FIELDS = ("loadPct", "deadlineMs", "priority", "capability", "pinned")


def parse_tasks(document: Mapping[str, Any], site_id: str) -> dict[str, Task]:
    """By id, none placed yet. Raises InvalidProblemError naming task and field."""
    described = Fields(document, "tasks", ("tasks",)).take_mapping("tasks")
    if len(described) > MOST_TASKS:
        raise InvalidProblemError(f"{len(described)} tasks are more than {MOST_TASKS} for a site")
    return {
        check_identifier(task_id, "a task's id"): _parse_task(task_id, task, site_id)
        for task_id, task in described.items()
    }


def describe_tasks(tasks: Mapping[str, Task]) -> dict[str, Any]:
    """The document that ``parse_tasks`` would read, defaults included."""
    return {"tasks": {task_id: _describe_task(task) for task_id, task in sorted(tasks.items())}}


def _parse_task(task_id: str, value: object, site_id: str) -> Task:
    fields = Fields(value, f"task {task_id!r}", FIELDS)
    return Task(
        task_id=task_id,
        site_id=site_id,
        load_pct=fields.take_number("loadPct"),
        deadline_ms=fields.take_number_or_none("deadlineMs", low=1.0),
        priority=fields.take_number("priority", 1.0),
        capability=fields.take_identifier_or_none("capability"),
        pinned=fields.take_flag("pinned"),
    )


def _describe_task(task: Task) -> dict[str, Any]:
    return {
        "loadPct": task.load_pct,
        "deadlineMs": task.deadline_ms,
        "priority": task.priority,
        "capability": task.capability,
        "pinned": task.pinned,
    }
