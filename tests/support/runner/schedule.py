"""What is built first, in which order rooms run then, and which of them at once."""
import contextlib
import threading
import time
from typing import NamedTuple

import builds
import processes
import rooms

# What computes comes first, and Cluster after it: its cases keep both processors busy. Beside them the guest of Rdma, which is an emulated
# machine, did in 14 minutes what it does in five, and Cli took 15 minutes for its one and a half. What remains is small.
ORDER = ["Rdma", "Operator", "EndToEnd", "Sidecar", "CapnProto.Corpus", "CapnProto", "Cli", "KubernetesRuntime", "Packages", "Architecture",
         "Sdk", "Links.Simulation", "Cluster"]

# What the programs are made of, and the images and the guest's tests around them.
PROGRAMS = ("src", "libs", "scripts/publish.sh", "scripts/Program.props", "Directory.Build.props", "Directory.Build.targets",
            "Directory.Packages.props", "global.json")


class Need(NamedTuple):
    """What rooms need beside the build. It is made once, before any room: what compiles for minutes beside a cluster starves its nodes."""
    rooms: set
    command: list
    # Where both are given, the output is kept for the next run in which the sources are the same.
    output: str = ""
    sources: tuple = ()


# In this order on two workers. One publishes; the other builds what takes long on a new machine, and is served from the cache on others.
NEEDS = {
    "programs": Need({"EndToEnd", "Rdma"}, ["scripts/publish.sh", "artifacts/bin", "Release", "--native"], "artifacts/bin", PROGRAMS),
    "current API server": Need({"Cli", "Crds", "KubernetesRuntime"}, ["tests/support/crdserver/build.sh"]),
    "kubernetes": Need({"KubernetesRuntime", "Operator", "Chart", "Cluster", "EndToEnd"}, ["tests/support/cluster/build.sh"]),
    "guest": Need({"Rdma"}, ["tests/support/rdma/build.sh"]),
    "previous release": Need({"EndToEnd"}, ["tests/support/compatibility/build.sh"]),
    "programs with failpoints": Need({"EndToEnd"}, ["tests/support/failpoints/build.sh", "artifacts/failpoints"], "artifacts/failpoints",
                                     (*PROGRAMS, "tests/support/failpoints")),
    # After the programs, of which it takes two: they are compiled once.
    "images": Need({"EndToEnd", "Cluster"}, ["images/build.sh"], "artifacts/images", (*PROGRAMS, "images")),
    # On an emulated processor, what is compiled beforehand need not be compiled there.
    "guest's tests": Need({"Rdma"}, ["tests/support/rdma/publish.sh", "artifacts/guest"], "artifacts/guest", (*PROGRAMS, "tests")),
}

# Without the guest the tests that run there fail, and say why; without the previous release those against it are skipped. All others go on.
MAY_FAIL = {"guest", "previous release"}
BOUND_SECONDS = 3600
SILENCE_SECONDS = 60
# The quick tests take the programs of `make run`, which nothing links: native ones in artifacts/bin stay as they are.
QUICK_PROGRAMS = "artifacts/run"


class Run:
    """Each room once, on as many workers as there are."""

    def __init__(self, which, wanted, logs):
        self._is_quick, self._logs, self._wanted = which == "quick", logs, wanted
        self._queue = [name for name in ORDER if name in wanted] + [name for name in wanted if name not in ORDER]
        self._lock = threading.Lock()
        # Two builds of the same projects at once would write the same files.
        self._publishing = threading.Lock()
        self._met = {}
        self._running = {}
        self._said = time.monotonic()
        self.ran = []

    def prepare(self):
        """Builds what all rooms need; false where that failed."""
        target = "K8sMediaFlow.sln" if len(self._wanted) > 1 else f"{rooms.project_folder(self._wanted[0])}/{self._wanted[0]}.Tests.csproj"
        return self._make("build", ["dotnet", "build", target, "-c", "Release", "-v", "q", "--nologo"]) \
            and (not self._is_quick or self._make("publish", ["scripts/publish.sh", QUICK_PROGRAMS, "Release"]))

    def run(self, workers):
        """Makes what the rooms need, then runs them all; says of each how it ended, and now and then what is still running."""
        # The quick tests take what is there, and say so where it is not.
        if not self._is_quick:
            self._in_turn(workers, [what for what, need in NEEDS.items() if need.rooms & set(self._wanted)], self._meet)
        self._in_turn(workers, self._queue, self._run_room)

    def _in_turn(self, workers, queue, work):
        threads = [threading.Thread(target=self._work, args=(queue, work), daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        while alive := [thread for thread in threads if thread.is_alive()]:
            alive[0].join(1)
            if time.monotonic() - self._said > SILENCE_SECONDS:
                with self._lock:
                    running = [f"{what} ({time.monotonic() - since:.0f} s)" for what, since in self._running.items()]
                self._say("running: " + ", ".join(running))

    def _work(self, queue, work):
        while True:
            with self._lock:
                if not queue:
                    return
                item = queue.pop(0)
            work(item)

    def _run_room(self, name):
        missing = [what for what, is_met in self._met.items() if not is_met and name in NEEDS[what].rooms]
        if missing:
            room = rooms.broken(name, f"{', '.join(missing)} could not be built: {self._logs}")
        else:
            with _Noted(self, name):
                room = rooms.run(name, self._logs, "Category!=Root&Category!=Slow" if self._is_quick else "")
        with self._lock:
            self.ran.append(room)
        self._say(room.summary())

    def _meet(self, what):
        need = NEEDS[what]
        with self._publishing if need.sources else contextlib.nullcontext():
            self._met[what] = self._have(what, need) or what in MAY_FAIL

    def _have(self, what, need):
        key = builds.key(need.sources) if need.sources else None
        name = what.replace(" ", "-").replace("'", "")
        if key and builds.fetch(name, key, need.output):
            self._say(f"{what}: built before from the same sources")
            return True
        if not self._make(what, need.command):
            return False
        # Who edits while it is built gets a build of neither.
        if key and builds.key(need.sources) == key:
            builds.keep(name, key, need.output)
        return True

    def _make(self, what, command):
        log = self._logs / f"{what}.log"
        with _Noted(self, what):
            ended = processes.run(command, log, BOUND_SECONDS)
        self._say(f"{what}: {ended.seconds:.0f} s" if ended.code == 0 else f"{what} failed with {ended.code}:\n{processes.tail(log, 4000)}")
        return ended.code == 0

    def _say(self, line):
        with self._lock:
            self._said = time.monotonic()
            print(line, flush=True)


class _Noted:
    """What is running, for as long as it is."""

    def __init__(self, run, what):
        self._run, self._what = run, what

    def __enter__(self):
        with self._run._lock:
            self._run._running[self._what] = time.monotonic()

    def __exit__(self, *_):
        with self._run._lock:
            del self._run._running[self._what]
