"""Shipped rows on every apply, demo records once: with progress for people."""

from __future__ import annotations

from formwright.app.progress import Bar
from formwright.app.workshop import Workshop
from formwright.services.data import load_records
from formwright.services.demo import run_demo
from formwright.services.runtime import Runtime

__all__ = ["load_demo", "load_shipped"]


async def load_shipped(runtime: Runtime) -> None:
    """Bring the reference rows of all modules in. Raises ProblemError with the place of each bad row."""
    await load_records(runtime)


async def load_demo(runtime: Runtime, workshop: Workshop, size: float) -> None:
    """Run the generators of all plugins that have not run here yet; *size* 1.0 is all, 0 is none."""
    if not size:
        return
    await load_records(runtime, demo=True)
    for name, generate in workshop.plugins.registry.demos.items():
        with Bar(f"Loading demo records ({name})") as bar:
            await run_demo(runtime, name, generate, size=size, progress=bar.show)
