#!/usr/bin/env bash
# Runs the tests: test.sh all|quick [ROOM]. tests/runner says how.
cd "$(dirname "$0")/.." && exec python3 -B tests/runner "$@"
