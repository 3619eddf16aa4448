"""Child processes, each with its output in a file, a bound, and an end with ours."""
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

_lock = threading.Lock()
_living = set()


@dataclass
class Ended:
    code: int
    seconds: float
    cpu_seconds: float
    in_time: bool = True


def run(command, log, bound_seconds):
    """Runs a program to its end, or to the end of its time."""
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    # A build server that lives on would keep the log open.
    environment = os.environ | {"MSBUILDDISABLENODEREUSE": "1", "DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1"}
    with open(log, "wb") as output, _lock:
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                 env=environment, start_new_session=True)
        _living.add(child.pid)
    in_time = True
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        if in_time and time.monotonic() - started > bound_seconds:
            in_time = False
            os.killpg(child.pid, signal.SIGKILL)
        time.sleep(0.05)
    child.returncode = os.waitstatus_to_exitcode(status)
    with _lock:
        _living.discard(child.pid)
    return Ended(child.returncode, time.monotonic() - started, usage.ru_utime + usage.ru_stime, in_time)


def end_all():
    """Ends what is still running, with all that it has started in its session."""
    with _lock:
        for pid in _living:
            os.killpg(pid, signal.SIGKILL)


def tail(log, letters):
    return log.read_text(errors="replace")[-letters:].strip()
