"""Wait for the end of standard input, then stop the PostgreSQL servers below a folder and remove it."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "platform"))

import psutil

from formwright.storage.embedded import postmaster


def main(folder: Path) -> None:
    sys.stdin.buffer.read()
    for cluster in folder.glob("*/cluster"):
        # No need to shut down in order: the data go next.
        workers = postmaster.workers_of(cluster)
        for process in workers:
            with suppress(psutil.Error):
                process.kill()
        postmaster.gone(workers, 10)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
