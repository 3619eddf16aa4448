"""Tests that pass the second time. They have failed, unless tests/known-flaky.txt names them with cause and date."""
import datetime
from dataclasses import dataclass

import results

ENTRIES_MAX = 2


class MalformedError(Exception):
    """The list cannot be read as it is."""


@dataclass
class Known:
    method: str
    date: datetime.date
    cause: str


@dataclass
class Verdicts:
    """What counts in the end."""
    passed: int
    failed: list            # results
    skipped: list           # results
    flaky: list             # (result, Known or None)
    stale: list             # Known entries that name no test


def read(path):
    """The entries: METHOD YYYY-MM-DD CAUSE, one a line; what begins with # is for people."""
    entries = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(maxsplit=2)
        try:
            if len(words) < 3 or "." not in words[0]:
                raise ValueError
            entries.append(Known(words[0], datetime.date.fromisoformat(words[1]), words[2]))
        except ValueError:
            raise MalformedError(f"{path}:{number}: '{line}' is not NAMESPACE.CLASS.METHOD YYYY-MM-DD CAUSE") from None
    if len(entries) > ENTRIES_MAX:
        raise MalformedError(f"{path}: {len(entries)} entries; at most {ENTRIES_MAX} tests may be known to be flaky: mend one first")
    return entries


def judge(ran, known, again, everything):
    """What each test counts as. A stale entry is looked for where all tests ran."""
    all_results = [one for room in ran for one in room.results]
    by_method = {entry.method: entry for entry in known}
    verdicts = Verdicts(0, [], [one for one in all_results if one.outcome == results.SKIPPED], [], [])
    for one in all_results:
        second = again.get(one.identity)
        if one.outcome == results.PASSED:
            verdicts.passed += 1
        elif one.outcome == results.FAILED and second is not None and second.outcome == results.PASSED:
            entry = by_method.get(one.method)
            verdicts.flaky.append((one, entry))
            if entry is None:
                verdicts.failed.append(one)
            else:
                verdicts.passed += 1
        elif one.outcome == results.FAILED:
            verdicts.failed.append(one)
    methods = {one.method for one in all_results}
    verdicts.stale = [entry for entry in known if everything and entry.method not in methods]
    return verdicts
