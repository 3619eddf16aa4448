"""The end of a run's output, which is what people are shown."""
import collections

SLOWEST = 15
MESSAGE_LETTERS = 900
# Where only the end of an output is kept, it still says which classes failed, and how one test of each did.
CLASSES_MAX = 12
CLASS_LETTERS = 150


def write(ran, verdicts, seconds):
    """Prints it; returns the exit code."""
    print("\nSlowest tests:")
    everything = sorted((one for room in ran for one in room.results), key=lambda one: -one.seconds)
    for one in everything[:SLOWEST]:
        print(f"{one.seconds:7.1f}  {_short(one)}")
    print("Rooms: seconds, processor seconds")
    for room in sorted(ran, key=lambda room: -room.seconds):
        print(f"{room.seconds:7.1f} {room.cpu_seconds:7.1f}  {room.name}")
    print(f"{seconds:7.1f}          in all")
    if verdicts.skipped:
        print("Skipped:")
        for one in verdicts.skipped:
            print(f"  {_short(one)}: {_line(one.message)[:200]}")
    for one, entry in verdicts.flaky:
        known = f"known since {entry.date}: {entry.cause}" if entry else "not in tests/known-flaky.txt, so it counts as failed"
        print(f"flaky: {one.name}: {known}; both logs are under artifacts/test-logs/again. {_line(one.message)[:300]}")
    for entry in verdicts.stale:
        print(f"tests/known-flaky.txt names {entry.method}, which is no test")
    failed = len(verdicts.failed) + len(verdicts.stale)
    if failed:
        print("Failed:")
        for one in verdicts.failed:
            print(f"  {_short(one)}: {_line(one.message)[:MESSAGE_LETTERS]}")
        _print_classes(verdicts.failed)
    print(f"{verdicts.passed} passed, {failed} failed, {len(verdicts.skipped)} skipped", flush=True)
    return 1 if failed else 0


def _print_classes(failed):
    classes = collections.defaultdict(list)
    for one in failed:
        classes[one.method.rpartition(".")[0].removeprefix("K8sMediaFlow.") or one.room].append(one)
    print("Failed by class:")
    most = sorted(classes.items(), key=lambda item: -len(item[1]))
    for name, those in most[:CLASSES_MAX]:
        print(f"  {len(those):3} {name}: {_line(those[0].message)[:CLASS_LETTERS]}")
    if most[CLASSES_MAX:]:
        print(f"  {sum(len(those) for _, those in most[CLASSES_MAX:]):3} in {len(most) - CLASSES_MAX} other classes")


def _short(one):
    return one.name.removeprefix("K8sMediaFlow.")


def _line(message):
    return " ".join(message.split())
