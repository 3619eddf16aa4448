#!/usr/bin/env bash
# Makes a container image archive (docker's format, which containerd and podman import) out of layers, with tar and sha256sum alone:
#   archive.sh NAME:TAG OUT.tar LAYER.tar... -- ENTRYPOINT [ARGUMENT...]
# Environment of the image: IMAGE_ENV="A=1 B=2", IMAGE_USER=1000.
set -euo pipefail
name=$1 archive=$2; shift 2
layers=()
while [ "$1" != -- ]; do layers+=("$1"); shift; done
shift

json_list() {
    local text='' one
    for one in "$@"; do one=${one//\\/\\\\}; one=${one//\"/\\\"}; text+="${text:+,}\"$one\""; done
    printf '[%s]' "$text"
}

scratch=$(mktemp -d "$(dirname "$archive")/.archive-XXXXXX"); trap 'rm -rf "$scratch"' EXIT
names=() digests=()
for layer in "${layers[@]}"; do
    # A layer's digest stands beside it: hashing ffmpeg's half gigabyte again each time would take longer than all the rest.
    [ "$layer.sha256" -nt "$layer" ] || sha256sum "$layer" | cut -d' ' -f1 >"$layer.sha256"
    digest=$(<"$layer.sha256")
    ln "$layer" "$scratch/$digest.tar" 2>/dev/null || cp "$layer" "$scratch/$digest.tar"
    names+=("$digest.tar"); digests+=("sha256:$digest")
done
read -r -a environment <<<"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${IMAGE_ENV:-}"
case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac
cat >"$scratch/config" <<J
{"architecture":"$architecture","os":"linux","created":"1970-01-01T00:00:00Z",
 "config":{"Env":$(json_list "${environment[@]}"),"Entrypoint":$(json_list "$@"),"User":"${IMAGE_USER:-}","WorkingDir":"/"},
 "rootfs":{"type":"layers","diff_ids":$(json_list "${digests[@]}")}}
J
config=$(sha256sum "$scratch/config" | cut -d' ' -f1)
mv "$scratch/config" "$scratch/$config.json"
printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":%s}]' "$config" "$name" "$(json_list "${names[@]}")" >"$scratch/manifest.json"
tar --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$scratch" -cf "$archive.partial" manifest.json "$config.json" "${names[@]}"
mv "$archive.partial" "$archive"
