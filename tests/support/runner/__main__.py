"""Runs the tests: python3 tests/support/runner all|quick [ROOM]. From the repository's root, after scripts/install.sh test.

Rooms run on two workers at once: most of the time the Cluster room waits. What a room needs is built once, before it. A test that
failed is run once more, alone, when all rooms have ended. Prints what was skipped and why, what failed, and one closing line that
counts a test once.
"""
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import flaky
import processes
import report
import rooms
import schedule

LOGS = Path("artifacts/test-logs")


def main(arguments):
    which = arguments[0] if arguments else "all"
    only = arguments[1] if len(arguments) > 1 else ""
    there = sorted(path.name.removesuffix(".Tests") for path in Path("tests").glob("*/*.Tests"))
    if which not in ("all", "quick") or only and only not in there:
        print(f"No room {only}: there is {' '.join(there)}" if which in ("all", "quick") else __doc__, file=sys.stderr)
        return 2
    try:
        known = flaky.read(Path("tests/known-flaky.txt"))
    except flaky.MalformedError as error:
        print(error, file=sys.stderr)
        return 2

    started = time.monotonic()
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    wanted = [only] if only else there
    if which == "quick":
        # Random tests go on for their time, not for a count: a second each.
        os.environ.setdefault("FUZZ_MINUTES", "0.2")
        os.environ["K8SMEDIAFLOW_PROGRAMS"] = schedule.QUICK_PROGRAMS
    run = schedule.Run(which, wanted, LOGS)
    if not run.prepare():
        return 1
    run.run(workers=int(os.environ.get("TEST_WORKERS", "2")))
    verdicts = flaky.judge(run.ran, known, rooms.run_again(run.ran, LOGS), everything=which == "all" and not only)
    return report.write(run.ran, verdicts, time.monotonic() - started)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        processes.end_all()
