#!/usr/bin/env python3
"""Finds repeated hand-written C#, C, Python and shell: ten lines or more that occur twice, unless tests/known-duplicates.txt lists the
two files with a reason."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
KNOWN = ROOT / "tests/known-duplicates.txt"
FOLDERS = ["libs", "src", "samples", "tests", "bench", "scripts", "images"]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "k8smediaflow/tools"
JSCPD = pathlib.Path(os.environ.get("K8SMEDIAFLOW_TOOLS_CACHE", CACHE)) / "jscpd-4.3.0/node_modules/.bin/jscpd"


def known():
    """Pairs of files that may share lines: {(file, file): reason}."""
    pairs = {}
    for number, line in enumerate(KNOWN.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        words = line.split(maxsplit=2)
        if len(words) != 3:
            sys.exit(f"{KNOWN.name}:{number}: two files and a reason are expected")
        pairs[tuple(sorted(words[:2]))] = words[2]
    return pairs


def clones():
    """What jscpd finds, as (file, first line, file, first line, count of lines)."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([JSCPD, "--min-lines", "10", "--format", "csharp,c,python,bash", "--silent", "--reporters", "json",
                        "--ignore", "**/Generated/**,**/bin/**,**/obj/**", "--output", folder, *FOLDERS],
                       cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        report = json.loads((pathlib.Path(folder) / "jscpd-report.json").read_text())
    for one in report["duplicates"]:
        first, second = one["firstFile"], one["secondFile"]
        yield first["name"], first["start"], second["name"], second["start"], one["lines"]


def main():
    allowed, used, failed = known(), set(), False
    for first, first_line, second, second_line, lines in clones():
        pair = tuple(sorted((first, second)))
        used.add(pair)
        if pair not in allowed:
            failed = True
            print(f"{first}:{first_line} and {second}:{second_line} share {lines} lines")
    for pair in allowed.keys() - used:
        failed = True
        print(f"{KNOWN.name} lists {pair[0]} and {pair[1]}, which share nothing any more")
    sys.exit(1 if failed else 0)


main()
