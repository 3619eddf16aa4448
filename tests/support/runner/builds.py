"""What takes minutes to build from the sources alone: kept in the user's cache, keyed by a hash of all that it is made of."""
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

# The newest ones of each build: the branch one works on, and the one it is compared with.
KEPT_MAX = 2


def key(sources):
    """A hash of these files and folders and of the SDK that compiles them; none outside of a repository, where nothing is kept."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *sources],
                            capture_output=True, check=False)
    if listed.returncode != 0 or not listed.stdout:
        return None
    sdk = subprocess.run(["dotnet", "--version"], capture_output=True, check=False).stdout
    found = hashlib.sha256(sdk)
    for path in sorted(set(listed.stdout.decode().split("\0"))):
        if path and Path(path).is_file():
            found.update(f"{path}\0{os.access(path, os.X_OK)}\0".encode() + hashlib.sha256(Path(path).read_bytes()).digest())
    return found.hexdigest()[:16]


def fetch(name, of, output):
    """Whether this build is kept; if so, output is it."""
    kept = _folder(name, of)
    if not kept.is_dir():
        return False
    os.utime(kept)
    shutil.rmtree(output, ignore_errors=True)
    _copy(kept, output)
    return True


def keep(name, of, output):
    """Keeps output, whole or not at all, and lets the oldest go."""
    kept = _folder(name, of)
    partial = kept.with_name(f"{kept.name}.{os.getpid()}.partial")
    _copy(output, partial)
    shutil.rmtree(kept, ignore_errors=True)
    partial.rename(kept)
    newest_first = sorted(kept.parent.glob(f"{name}-*"), key=lambda one: -one.stat().st_mtime)
    for old in newest_first[KEPT_MAX:]:
        shutil.rmtree(old, ignore_errors=True)


def _folder(name, of):
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "k8smediaflow" / "builds" / f"{name}-{of}"


def _copy(source, target):
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Links stay links, and the archives of images are newer than their sources: their build looks at that.
    shutil.copytree(source, target, symlinks=True, copy_function=shutil.copy)
