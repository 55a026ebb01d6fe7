#!/bin/sh
# Makes the virtual environment with exactly the locked packages. Installs python3-venv where it is missing and we may.
set -eu
venv=$1
python=${PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || { echo "Formwright needs Python 3.11 or newer; '$python' was not found." >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Formwright needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Name another: make PYTHON=python3.12 …" >&2; exit 1; }
if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing python3-venv …"
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
  else
    echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1
  fi
fi
[ -x "$venv/bin/python" ] || { echo "Creating the environment in $venv …"; "$python" -m venv "$venv"; }
echo "Installing the locked packages …"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
# The project itself is two lines: a path entry and a command. No build, so nothing is fetched outside the lock.
"$venv/bin/python" - <<'PY'
import pathlib, sys, sysconfig
root = pathlib.Path.cwd()
site = pathlib.Path(sysconfig.get_path("purelib"))
(site / "formwright-source.pth").write_text(f"{root / 'platform'}\n", encoding="utf-8")
command = pathlib.Path(sys.executable).parent / "formwright"
command.write_text(
    f"#!{sys.executable}\nimport sys\nfrom formwright.app.cli import main\n\nif __name__ == '__main__':\n    sys.exit(main())\n",
    encoding="utf-8",
)
command.chmod(0o755)
PY
