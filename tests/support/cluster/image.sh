#!/usr/bin/env bash
# Makes a container image archive out of a folder with tar and sha256sum alone: no registry, no daemon, no root.
#   image.sh NAME:TAG OUT.tar FOLDER [ENTRYPOINT [ARGUMENT...]]
# Environment of the image: IMAGE_ENV="A=1 B=2", IMAGE_USER=1000, IMAGE_WORKDIR=/app. `ctr images import` and `podman load` read the result.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
name=$1 archive=$2 folder=$3; shift 3

json_list() {
    local text='' one
    for one in "$@"; do one=${one//\\/\\\\}; one=${one//\"/\\\"}; text+="${text:+,}\"$one\""; done
    printf '[%s]' "$text"
}

scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
# The same content gives the same layer: owner root, fixed time, sorted names.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$folder" -cf "$scratch/layer.tar" .
layer=$(sha256sum "$scratch/layer.tar" | cut -d' ' -f1)
read -r -a environment <<<"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${IMAGE_ENV:-}"
case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac
cat >"$scratch/config" <<J
{"architecture":"$architecture","os":"linux","created":"1970-01-01T00:00:00Z",
 "config":{"Env":$(json_list "${environment[@]}"),"Entrypoint":$(json_list "$@"),"User":"${IMAGE_USER:-}","WorkingDir":"${IMAGE_WORKDIR:-/}"},
 "rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},
 "history":[{"created":"1970-01-01T00:00:00Z","created_by":"image.sh"}]}
J
config=$(sha256sum "$scratch/config" | cut -d' ' -f1)
mv "$scratch/config" "$scratch/$config.json"
printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$config" "$name" >"$scratch/manifest.json"
tar --owner=0 --group=0 --mtime=@0 -C "$scratch" -cf "$archive.partial" manifest.json "$config.json" layer.tar
mv "$archive.partial" "$archive"
