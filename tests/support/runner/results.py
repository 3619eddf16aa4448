"""What a room's run has written: results of tests, and those that began and did not end."""
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

OUTCOMES = PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass
class Result:
    """One case of one test."""
    room: str
    identity: str           # the same in every run
    name: str               # with the case's arguments
    method: str             # what a filter names
    outcome: str
    seconds: float = 0.0
    message: str = ""


def read(path, room):
    """The results in a trx file; none where it is not there or torn."""
    try:
        tree = xml.parse(path).getroot()
    except (OSError, xml.ParseError):
        return []
    space = {"t": tree.tag[1:].partition("}")[0]}
    methods = {}
    for test in tree.iterfind(".//t:UnitTest", space):
        method = test.find("t:TestMethod", space)
        methods[test.get("id")] = f"{method.get('className')}.{method.get('name')}".partition("(")[0]
    return [_result(one, room, methods, space) for one in tree.iterfind(".//t:UnitTestResult", space)]


def unfinished(folder):
    """Methods that were running when the test host died or was ended; vstest writes them beside the results."""
    found = []
    for path in Path(folder).rglob("Sequence_*.xml"):
        try:
            tests = xml.parse(path).getroot().iter("Test")
        except xml.ParseError:
            continue
        found += [test.get("Name").partition("(")[0] for test in tests if test.get("Completed", "").lower() == "false"]
    return sorted(set(found))


def _result(one, room, methods, space):
    identity, name = one.get("testId"), one.get("testName")
    parts = [one.findtext(f".//t:{tag}", "", space).strip() for tag in ("Message", "StackTrace")]
    outcome = {"Passed": PASSED, "NotExecuted": SKIPPED}.get(one.get("outcome"), FAILED)
    return Result(room, identity, name, methods.get(identity, name.partition("(")[0]), outcome,
                  _seconds(one.get("duration")), "\n".join(part for part in parts if part).replace("\r", ""))


def _seconds(duration):
    hours, minutes, seconds = (duration or "0:0:0").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
