#!/usr/bin/env bash
# Runs the tests: test.sh all|quick [ROOM]. tests/support/runner says how.
cd "$(dirname "$0")/.." && exec python3 -B tests/support/runner "$@"
