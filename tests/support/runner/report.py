"""The end of a run's output, which is what people are shown."""
SLOWEST = 15
MESSAGE_LETTERS = 900


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
    print(f"{verdicts.passed} passed, {failed} failed, {len(verdicts.skipped)} skipped", flush=True)
    return 1 if failed else 0


def _short(one):
    return one.name.removeprefix("K8sMediaFlow.")


def _line(message):
    return " ".join(message.split())
