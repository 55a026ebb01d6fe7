#!/bin/sh
# Compares our JEXL with the npm package on random expressions, with a fresh seed each time.
set -eu
bin=$1
command -v npm >/dev/null 2>&1 || { echo "This comparison needs Node and npm." >&2; exit 1; }
work=.formwright/jexl_npm
mkdir -p "$work"
cp tests/jexl_npm/package*.json "$work/"
npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund --silent
PYTHONPATH=platform "$bin/python" -m tests.differential.jexl_npm "$work" --cases 20000
