#!/usr/bin/env bash
# Runs the tests: test.sh all|quick [ROOM]. Prints what was skipped and why, what failed, and one closing line.
set -uo pipefail
cd "$(dirname "$0")/.."
which=${1:-all} room=${2:-}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
filter=()
[ "$which" = quick ] && filter=(--filter 'Category!=Root&Category!=Slow')

projects=(tests/*.Tests/*.Tests.csproj)
if [ -n "$room" ]; then
    projects=("tests/$room.Tests/$room.Tests.csproj")
    [ -f "${projects[0]}" ] || { echo "No room $room: there is $(ls tests | tr '\n' ' ')" >&2; exit 2; }
    dotnet build "${projects[0]}" -c Release -v q --nologo || exit 1
else
    dotnet build K8sMediaFlow.sln -c Release -v q --nologo || exit 1
fi
scripts/publish.sh artifacts/bin Release || exit 1
# The quick tests take a Kubernetes that is there and say so where it is not; all tests build it, once per machine.
[ "$which" = quick ] || case "$room" in ''|Kubernetes|Operator|Chart|Cluster|EndToEnd) tests/cluster/build.sh || exit 1 ;; esac
[ "$which" = quick ] || case "$room" in ''|Cli|Crds) tests/support/crdserver/build.sh || exit 1 ;; esac

# The guest that has RDMA devices, and a sidecar that starts there in good time. Without the guest the tests that run there fail, and say why; all others go on.
[ "$which" = quick ] || case "$room" in ''|Rdma) scripts/publish.sh artifacts/compiled Release --compiled Sidecar || exit 1; tests/rdma/build.sh || true ;; esac

# The images are tested as archives, and a cluster takes them from there.
[ "$which" = quick ] || case "$room" in ''|EndToEnd|Cluster) images/build.sh || exit 1 ;; esac

broken=0
for project in "${projects[@]}"; do
    name=$(basename "$project" .csproj)
    dotnet test "$project" -c Release --no-build --nologo --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" \
        --results-directory "$results" --blame-hang-timeout 10m "${filter[@]}" || broken=1
    [ -f "$results/$name.trx" ] || { echo "$name wrote no results"; broken=1; }
done

sum() { { cat "$results"/*.trx 2>/dev/null || true; } | grep -o "<Counters [^>]*" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{n += $1} END {print n + 0}'; }
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1
total=$(sum total) executed=$(sum executed) passed=$(sum passed)
skipped=$((total - executed)) failed=$((executed - passed))
[ "$failed" -gt 0 ] || [ "$broken" = 0 ] || failed=1
[ "$skipped" = 0 ] || { echo "Skipped:"; { cat "$results"/*.trx | tr '\n' ' ' | grep -o '<UnitTestResult [^>]*outcome="NotExecuted".\{0,600\}' | sed -E 's/.*testName="([^"]*)".*<Message>([^<]*)<.*/  \1: \2/' | cut -c1-200; } || true; }
# The cases on the cluster take most of the time: what each of them took.
[ ! -e "$results/Cluster.Tests.trx" ] || { echo "Seconds on the cluster:"; grep -o '<UnitTestResult [^>]*' "$results/Cluster.Tests.trx" | sed -nE 's/.*testName="[^"]*Cases\.([^"]*)".*duration="([0-9]+):([0-9]+):([0-9.]+)".*/\2 \3 \4 \1/p' \
    | awk '{printf "%7.1f  %s\n", $1 * 3600 + $2 * 60 + $3, substr($0, length($1 $2 $3) + 4)}' | sort -rn; }
# What failed, each with the beginning of its message, stands last: the end of a log is what people are shown.
[ "$failed" = 0 ] || { echo "Failed:"; cat "$results"/*.trx | tr '\r\n' '  ' | sed 's/&#xD;//g; s/<UnitTestResult /\n&/g' | grep '^<UnitTestResult [^>]*outcome="Failed"' \
    | sed -E 's/[^>]*testName="([^"]*)"[^>]*>.*<Message>([^<]*)<.*/  \1: \2/; t; s/[^>]*testName="([^"]*)".*/  \1/' | tr -s ' ' | cut -c1-900; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$broken" = 0 ]
