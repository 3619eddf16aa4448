#!/usr/bin/env python3
"""Acts dotnet for the runner's own tests: tests.json says of each test of each room how it ends, the first time, the second
time, and so on."""
import json
import os
import sys
import time
from pathlib import Path

if sys.argv[1] != "vstest":
    sys.exit(0)
options = {key: value for key, _, value in (word.lstrip("-").partition(":") for word in sys.argv[3:] if not word.startswith("--logger"))}
room = Path(sys.argv[2]).name.removeprefix("K8sMediaFlow.").removesuffix(".Tests.dll")
folder, selection = Path(options["ResultsDirectory"]), options.get("TestCaseFilter", "")
turns_path = Path(f"turns.{room}")
turns = json.loads(turns_path.read_text()) if turns_path.exists() else {}
names = [part.removeprefix("FullyQualifiedName=") for part in selection.split("&") if part.startswith("FullyQualifiedName=")]
without = [part.removeprefix("FullyQualifiedName!=") for part in selection.split("&") if part.startswith("FullyQualifiedName!=")]
with open("calls", "a") as calls:
    calls.write(f"begin {room} {selection}\n")
everything = json.loads(Path("tests.json").read_text())
# These two wait for each other: in a run that has them one after the other neither meets the other in time.
pair, until = ("Cluster", "One"), time.monotonic() + 20
while everything.keys() >= set(pair) and not all(f"begin {one}" in Path("calls").read_text() for one in pair) and time.monotonic() < until:
    time.sleep(0.02)

rows, lost, tests = [], None, everything[room]
for name, ends in tests.items():
    method = name.partition("(")[0]
    if names and method not in names or method in without:
        continue
    turns[name] = turns.get(name, 0) + 1
    end = ends[min(turns[name], len(ends)) - 1]
    if end in ("hang", "crash"):
        lost = method
        break
    rows.append((name, method, {"pass": "Passed", "fail": "Failed", "skip": "NotExecuted"}[end]))
turns_path.write_text(json.dumps(turns))
if lost:
    (folder / "some-id").mkdir(parents=True)
    (folder / "some-id" / "Sequence_1.xml").write_text(f'<TestSequence><Test Name="{lost}" Completed="False" /></TestSequence>')
if tests:
    message = "<Output><ErrorInfo><Message>because it &lt;is&gt; so</Message></ErrorInfo></Output>"
    (folder / f"{room}.trx").write_text('<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>' + "".join(
        f'<UnitTestResult testId="{name}" testName="{name}" duration="00:00:01.5" outcome="{outcome}">'
        f'{message if outcome != "Passed" else ""}</UnitTestResult>'
        for name, _, outcome in rows) + "</Results><TestDefinitions>" + "".join(
        f'<UnitTest id="{name}"><TestMethod className="{method.rpartition(".")[0]}" name="{method.rpartition(".")[2]}" /></UnitTest>'
        for name, method, _ in rows) + "</TestDefinitions></TestRun>")
print("what the room said")
with open("calls", "a") as calls:
    calls.write(f"end {room}\n")
sys.exit(0 if tests and not lost and all(outcome != "Failed" for _, _, outcome in rows) else 1)
