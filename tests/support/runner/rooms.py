"""Runs one room, whatever its tests do: what hangs or takes the test host with it has failed, and all others count."""
import os
import re
import time
from pathlib import Path

import processes
import results

# A test host in which nothing begins or ends for so long hangs. The longest wait of one test is that for the guest of Rdma.
HANG = os.environ.get("TEST_HANG_TIMEOUT", "28m")
BOUND_SECONDS = 3600
ATTEMPTS_MAX = 4
AGAIN_MAX = 10


class Room:
    """A room that has run, with one result for every test of it."""

    def __init__(self, name, found, seconds=0.0, cpu_seconds=0.0):
        self.name, self.results, self.seconds, self.cpu_seconds = name, found, seconds, cpu_seconds

    def summary(self):
        counts = ", ".join(f"{sum(one.outcome == outcome for one in self.results)} {outcome}" for outcome in results.OUTCOMES)
        return f"{self.name}: {counts} in {self.seconds:.0f} s, {self.cpu_seconds:.0f} s of processor time"


def project_folder(name):
    """Where a room's tests are: unit or integration."""
    return next(Path("tests").glob(f"*/{name}.Tests"))


def broken(name, why):
    """A room as a whole that could not do its work."""
    return Room(name, [results.Result(name, name, name, "", results.FAILED, 0.0, why)])


def run(name, logs, selection):
    """Runs a room's tests; again without those that hung or took the host with them, since others may have been behind them."""
    started, cpu_seconds, found, lost = time.monotonic(), 0.0, {}, []
    for attempt in range(1, ATTEMPTS_MAX + 1):
        folder = logs / (name if attempt == 1 else f"{name}.{attempt}")
        chosen = ([selection] if selection else []) + [f"FullyQualifiedName!={method}" for method in lost]
        ended, new, words = _run_once(name, folder, "&".join(chosen))
        cpu_seconds += ended.cpu_seconds
        for one in new:
            found.setdefault(one.identity, one)
        new_lost = [method for method in results.unfinished(folder) if method not in lost]
        for method in new_lost:
            found[method] = results.Result(name, method, method, method, results.FAILED, 0.0,
                                           f"hung, or took the test host with it: {folder}/console.log")
        lost += new_lost
        if not new_lost:
            break
    else:
        words = f"given up after {ATTEMPTS_MAX} runs in which tests hung: {', '.join(lost)}"
    if words:
        found[name] = broken(name, words).results[0]
    return Room(name, list(found.values()), time.monotonic() - started, cpu_seconds)


def run_again(ran, logs):
    """The tests that failed, each once more and alone: {identity of a result: the second result}."""
    failed = [one for room in ran for one in room.results if one.outcome == results.FAILED and one.method]
    tests = list(dict.fromkeys((one.room, one.method) for one in failed))
    if len(tests) > AGAIN_MAX:
        print(f"{len(tests)} tests failed: the first {AGAIN_MAX} are run again", flush=True)
    again = {}
    for room, method in tests[:AGAIN_MAX]:
        print(f"once more, alone: {method}", flush=True)
        again |= _once_more(room, method, [one for one in failed if (one.room, one.method) == (room, method)], logs)
    return again


def _once_more(room, method, first, logs):
    folder = logs / "again" / re.sub(r"[^\w.]", "_", method)
    folder.mkdir(parents=True, exist_ok=True)
    said = [f"{one.name}\n{one.message}" for one in first] + [f"The whole room: {logs}/{room}/console.log\n"]
    (folder / "first.log").write_text("\n\n".join(said))
    _, second, words = _run_once(room, folder / "second", f"FullyQualifiedName={method}")
    by_identity = {one.identity: one for one in second}
    # A test that had hung has no identity in the first run: all its cases stand for it.
    whole = second[0] if second and not words and all(one.outcome == results.PASSED for one in second) else None
    seconds = {one.identity: by_identity.get(one.identity) if one.identity in by_identity else whole for one in first}
    return {identity: one for identity, one in seconds.items() if one is not None}


def _run_once(name, folder, selection):
    """How it ended, its results, and what went wrong with the run itself, as opposed to its tests."""
    log, trx = folder / "console.log", folder / f"{name}.trx"
    tests = f"{project_folder(name)}/bin/Release/net10.0/K8sMediaFlow.{name}.Tests.dll"
    command = ["dotnet", "vstest", tests, f"--ResultsDirectory:{folder}", f"--logger:trx;LogFileName={name}.trx",
               "--logger:console;verbosity=normal",
               f"--Blame:CollectHangDump;TestTimeout={HANG};HangDumpType=None"] + ([f"--TestCaseFilter:{selection}"] if selection else [])
    ended = processes.run(command, log, BOUND_SECONDS)
    new = results.read(trx, name)
    if not ended.in_time:
        return ended, new, f"did not end within {BOUND_SECONDS} s: {log}"
    if not trx.exists():
        return ended, new, f"wrote no results, ended with {ended.code}: {processes.tail(log, 1500)}"
    explained = ended.code == 0 or any(one.outcome == results.FAILED for one in new) or results.unfinished(folder)
    return ended, new, "" if explained else f"ended with {ended.code}: {processes.tail(log, 1500)}"
