"""Asks the package sources two questions: python3 scripts/packages.py. Which packages that this project would rather use than its own
code are served now, and which of Directory.Packages.props has a newer stable version. Exit code 1 where there is something to decide,
2 where a source did not answer."""
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In whose place own code stands until they are served: docs/decisions/0031.
AWAITED = ("KubeOps.Operator", "Capnp.Net.Runtime")
# Which stay at an older version on purpose, and why.
OLDER = {
    "Microsoft.Extensions.Logging.Abstractions": "the framework's own first version: the SDK asks its users for nothing newer",
}
SECONDS_MAX = 60


def versions(name):
    """All versions that are served, oldest first."""
    try:
        done = subprocess.run(["dotnet", "package", "search", name, "--exact-match", "--format", "json"],
                              capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        unanswered(name, error)
    if answer["problems"]:
        unanswered(name, answer["problems"][0]["text"])
    return sorted({one["version"] for source in answer["searchResult"] for one in source["packages"]}, key=order)


def unanswered(name, why):
    print(f"{name}: no answer from the package sources: {why}", file=sys.stderr)
    sys.exit(2)


def order(version):
    release, _, suffix = version.partition("-")
    return [int(part) for part in re.findall(r"\d+", release)], suffix == "", suffix


def pinned():
    for one in xml.parse(ROOT / "Directory.Packages.props").iter("PackageVersion"):
        yield one.get("Include"), one.get("Version")


def awaited():
    """Whether one has come."""
    come = False
    for name in AWAITED:
        served = versions(name)
        come |= bool(served)
        print(f"{name}: {f'served now, newest {served[-1]}: decide again' if served else 'not served'}")
    return come


def outdated():
    """Whether one is that has no reason for it."""
    old = False
    for name, version in pinned():
        if name in OLDER:
            print(f"{name}: {version} on purpose: {OLDER[name]}")
            continue
        newer = [one for one in versions(name) if "-" not in one and order(one) > order(version)]
        if newer:
            old = True
            print(f"{name}: {version}, newest {newer[-1]}")
    return old


if __name__ == "__main__":
    sys.exit(1 if awaited() | outdated() else 0)
