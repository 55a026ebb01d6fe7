"""Checks, or with ``--write`` records, the checksums of the vendored front end.

The files come unchanged from the packages named in ``manifest.json`` (only the
source-map comments, which name files that we do not ship, are cut).
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "platform/formwright/web/static/vendor"
MANIFEST = VENDOR / "manifest.json"
LICENCES = {"htmx": "0BSD", "tabler": "MIT", "tabler-icons": "MIT", "tom-select": "Apache-2.0"}
PACKAGES = {
    "htmx": "htmx.org",
    "tabler": "@tabler/core",
    "tabler-icons": "@tabler/icons",
    "tom-select": "tom-select",
}


def measure() -> dict[str, dict[str, object]]:
    """Return what lies in the vendor folder: package, version, licence, SHA-256 of each file."""
    return {
        folder.parent.name: {
            "package": PACKAGES[folder.parent.name],
            "version": folder.name,
            "licence": LICENCES[folder.parent.name],
            "files": {
                path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            },
        }
        for folder in sorted(VENDOR.glob("*/*"))
        if folder.is_dir()
    }


def main() -> int:
    """Return 0 when the folder is as recorded; 1 and a list of differences when not."""
    found = measure()
    if "--write" in sys.argv:
        MANIFEST.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return 0
    recorded = json.loads(MANIFEST.read_text(encoding="utf-8"))
    different = [name for name in {*found, *recorded} if found.get(name) != recorded.get(name)]
    for name in sorted(different):
        print(f"{name}: differs from manifest.json")  # noqa: T201 - a command line tool
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
