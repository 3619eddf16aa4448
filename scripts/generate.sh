#!/usr/bin/env bash
# Regenerates what is made from schemas: src/Messages/Generated from src/Messages/Schema, by our own plugin of the capnp compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v capnp >/dev/null || { echo "capnp is missing: scripts/install.sh test installs it" >&2; exit 1; }
dotnet build src/CapnProto/Compiler -c Release -v q --nologo
plugin=$PWD/src/CapnProto/Compiler/bin/Release/net10.0/capnpc-csharp
cd src/Messages/Schema
capnp compile -o"$plugin":../Generated frame.capnp attach.capnp link.capnp
