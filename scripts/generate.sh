#!/usr/bin/env bash
# Regenerates what is generated and checked in. By our own compiler, from schemas: the readers of schema.capnp with which it reads its own
# input, the messages, and the sample of the runtime's tests. From the custom resources' types: their definitions, in config and in the
# chart, and the reference page of every field. From the table of rooms: its diagram.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v capnp >/dev/null || { echo "capnp is missing: scripts/install.sh test installs it" >&2; exit 1; }
dotnet build libs/CapnProto.Compiler -c Release -v q --nologo
compiler=$PWD/libs/CapnProto.Compiler/bin/Release/net10.0/capnpc-csharp
"$compiler" --no-docs --namespace K8sMediaFlow.CapnProto.Schema --out libs/CapnProto/Schema/Generated /usr/include/capnp/schema.capnp
"$compiler" --out tests/unit/CapnProto.Tests/Generated tests/unit/CapnProto.Tests/Schema/sample.capnp tests/unit/CapnProto.Tests/Schema/clashes.capnp
"$compiler" --out bench/Capnp/Generated bench/Capnp/Schema/rows.capnp
dotnet build src/Crds/Generator -c Release -v q --nologo
dotnet src/Crds/Generator/bin/Release/net10.0/K8sMediaFlow.Crds.Generator.dll .
scripts/room-diagram.py
cd src/Messages/Schema
"$compiler" --out ../Generated frame.capnp attach.capnp link.capnp
