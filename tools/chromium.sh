#!/bin/sh
# Finds a Chromium for the browser tests, or installs one: Debian's package as root, else Playwright's own.
# Never fails: without a browser those tests say that they did not run.
bin=$1
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
"$bin/python" - <<'PY' && exit 0
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())
PY
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests …"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } && exit 0
fi
"$bin/python" -m playwright install chromium && exit 0
echo "No Chromium was found and none could be installed: the browser tests will not run." >&2
echo "On Debian and Ubuntu: sudo apt-get install chromium" >&2
exit 0
