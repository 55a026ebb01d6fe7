"""Progress bars for people; silence for pipes."""

from __future__ import annotations

import sys
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from formwright.storage.apply import Progress as ApplyProgress

__all__ = ["Bar"]


class Bar:
    """One bar that is drawn only once there is something to wait for."""

    def __init__(self, title: str = "Applying the metadata") -> None:
        """Prepare a bar named *title*."""
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        self._progress = Progress(
            *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        )
        self._title = title
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Show it."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._progress.stop()

    def show(self, done: int, total: int) -> None:
        """Show that *done* of *total* steps are done."""
        self._progress.update(self._begin(), total=total, completed=done)

    async def report(self, progress: ApplyProgress) -> None:
        """Show where an apply is: its changes, or the rows of the one that is running."""
        total = progress.expected or progress.total
        done = progress.done if progress.expected else progress.position + 1
        self._progress.update(self._begin(), total=total, completed=done)

    def _begin(self) -> TaskID:
        if self._task is None:
            self._task = self._progress.add_task(self._title, total=None)
        return self._task
