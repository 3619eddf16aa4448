#!/usr/bin/env bash
# Compiles the guest's tests to machine code, for what runs in the guest is emulated, and so would be a compiler: publish.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../../.."
dotnet publish tests/support/RdmaGuest/RdmaGuest.csproj -c Release -o "${1:?folder}" -v q --nologo --use-current-runtime --self-contained false -p:PublishReadyToRun=true
