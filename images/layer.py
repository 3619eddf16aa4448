#!/usr/bin/env python3
"""Picks what an image needs out of unpacked Debian packages: layer.py TREE DEBS OUT BELOW PATTERN...

TREE is the packages, unpacked over each other. DEBS has of each package NAME.deb the folder NAME.deb.control and the list NAME.deb.files.
OUT becomes the layer. BELOW is the layer below it, or an empty folder: what it has is left out. PATTERN names files or folders from the
root on. What the loader would map for a program or library among them comes along. Each package of which something is taken has a record
in var/lib/dpkg/status.d: scanners look there in an image without dpkg.
"""
import os
import re
import shutil
import subprocess
import sys
from glob import glob
from pathlib import Path

RECORDS = "var/lib/dpkg/status.d"
# Where packages still put files, and where the links of a merged /usr lead.
MERGED = re.compile(r"^(bin|sbin|lib|lib32|lib64)/")


def main(tree, debs, out, below, patterns):
    layer = Layer(Path(tree))
    for pattern in patterns:
        layer.take_all(pattern)
    layer.follow_libraries()
    packages = [Package(deb) for deb in sorted(glob(f"{debs}/*.deb"))]
    used = [package for package in packages if package.owns_some(layer.paths)]
    for package in used:
        layer.take_copyright(package.name)
    # A copyright may be a link into the folder of another package, which then is part of the image too.
    used = [package for package in packages if package.owns_some(layer.paths)]
    layer.paths = {path for path in layer.paths if not os.path.lexists(f"{below}/{path}")}
    layer.write(Path(out))
    for package in used:
        # A record in the layer below is replaced by one that also has the files of this layer.
        if package.owns_some(layer.paths):
            package.record(Path(out) / RECORDS, layer.paths | {path for path in package.files if os.path.lexists(f"{below}/{path}")})


class Layer:
    """The paths of a layer, relative to the root; links are of their own."""

    def __init__(self, tree):
        self.tree, self.paths = tree, set()
        self.folders = sorted({str(found.parent) for found in (tree / "usr/lib").rglob("*.so*") if found.is_file()})
        # Not a link to it, which would be the one of this machine.
        self.loader = next(path for path in (tree / "usr").rglob("ld-linux-*.so.*") if not path.is_symlink())

    def take_all(self, pattern):
        found = glob(str(self.tree / pattern))
        if not found:
            raise SystemExit(f"layer.py: {pattern} is in none of the packages")
        for path in found:
            self.take(os.path.relpath(path, self.tree))

    def take(self, path):
        """A file, or a folder with all below it, and the links on the way to it."""
        place = self.resolve(path)
        if place is None:
            return
        full = self.tree / place
        if full.is_dir():
            for name in os.listdir(full):
                self.take(f"{place}/{name}")
        else:
            self.paths.add(place)

    def resolve(self, path):
        """Where it really is, with each link on the way taken; None where a link leads out of the packages."""
        place, rest = "", [part for part in path.split("/") if part]
        while rest:
            here = os.path.normpath(os.path.join(place, rest.pop(0)))
            full = self.tree / here
            if full.is_symlink():
                self.paths.add(here)
                target = os.readlink(full)
                whole = target.lstrip("/") if target.startswith("/") else os.path.normpath(os.path.join(place, target))
                place, rest = "", whole.split("/") + rest
            elif full.exists():
                place = here
            else:
                return None
        return place

    def follow_libraries(self):
        for path in sorted(self.paths):
            full = self.tree / path
            if not full.is_symlink() and full.open("rb").read(4) == b"\x7fELF":
                for library in self.mapped(full):
                    self.take(library)

    def mapped(self, program):
        """The loader's own answer for this tree. A program without libraries makes it fail, and so does a library that is missing."""
        answer = subprocess.run([self.loader, "--inhibit-cache", "--library-path", ":".join(self.folders), "--list", program],
                                capture_output=True, text=True, timeout=60)
        if "not found" in answer.stdout:
            raise SystemExit(f"layer.py: {program} needs more than there is:\n{answer.stdout}")
        found = re.findall(r"=> (\S+) \(0x", answer.stdout)
        return [os.path.relpath(path, self.tree) for path in found if path.startswith(str(self.tree))]

    def take_copyright(self, package):
        self.take(f"usr/share/doc/{package}/copyright")

    def write(self, out):
        for path in sorted(self.paths):
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.tree / path, target, follow_symlinks=False)


class Package:
    """What a package says of itself, and its files."""

    def __init__(self, deb):
        self.control = Path(f"{deb}.control/control").read_text()
        self.name = re.search(r"^Package: (\S+)", self.control, re.M)[1]
        names = Path(f"{deb}.files").read_text().splitlines()
        self.files = {merged(name) for name in names if not name.endswith("/")}
        sums = Path(f"{deb}.control/md5sums")
        self.sums = sums.read_text().splitlines() if sums.exists() else []

    def owns_some(self, paths):
        return not self.files.isdisjoint(paths)

    def record(self, folder, paths):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.name).write_text(self.control)
        kept = [line for line in self.sums if merged(line.split("  ", 1)[1]) in paths]
        (folder / f"{self.name}.md5sums").write_text("".join(f"{line}\n" for line in kept))


def merged(name):
    return MERGED.sub(r"usr/\1/", re.sub(r"^\./", "", name))


if __name__ == "__main__":
    main(*sys.argv[1:5], sys.argv[5:])
