#!/usr/bin/env bash
# Builds the images into archives without any registry or daemon: build.sh [--root FOLDER] [IMAGE...]. Default: all, into
# artifacts/images/IMAGE.tar, named localhost/k8smediaflow/IMAGE:dev (IMAGES_TAG, IMAGES_FOLDER change that). Beside each archive stands
# IMAGE.cdx.json, its bill of materials, and IMAGE.symbols, the symbols of its program. --root
# puts the root file system of one image into a folder instead, and the bill into FOLDER.cdx.json; the Dockerfile uses it.
# Debian's packages are taken from this machine's mirror with apt and unpacked with dpkg-deb, once: the layers stay in
# $K8SMEDIAFLOW_IMAGE_CACHE, else in the user's cache. Nothing is installed and no root is needed.
set -euo pipefail
umask 022
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/images.conf"
root=$(dirname "$here")
only_root=''
[ "${1:-}" != --root ] || { only_root=${2:?folder}; shift 2; [ $# = 1 ] || { echo "images: --root takes one image" >&2; exit 2; }; }
out=${IMAGES_FOLDER:-$root/artifacts/images} tag=${IMAGES_TAG:-dev}
. /etc/os-release
case $(uname -m) in aarch64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac
started=$SECONDS
say() { printf 'images: %3ds %s\n' $((SECONDS - started)) "$*"; }
fail() { printf 'images: %s\n' "$*" >&2; exit 1; }
[ "${ID:-}" = debian ] || fail "this machine is no Debian: build with images/Dockerfile instead"
command -v clang >/dev/null || command -v gcc >/dev/null || fail "native programs need a C compiler to link: apt-get install gcc libc6-dev zlib1g-dev"
command -v python3 >/dev/null || fail "python3 picks the files and writes the bill of materials: apt-get install python3"

# A recipe that changed makes other layers; so does another Debian.
recipe=$( { cat "$here/images.conf" "$here/layer.py" "${BASH_SOURCE[0]}"; echo "$VERSION_ID $runtime"; } | sha256sum | cut -c1-12)
cache=${K8SMEDIAFLOW_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/images-$recipe}
mkdir -p "$cache" "$out"
scratch=$(mktemp -d "$cache/work-XXXXXX"); trap 'rm -rf "$scratch"' EXIT
exec 9>"$cache/.lock"; flock 9        # one build at a time: who waited finds the layers done

# The same content gives the same layer: owner root, fixed time, sorted names.
pack() { tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$1" -cf "$2.partial" . && mv "$2.partial" "$2"; }

# ---- Debian's packages, and what is picked of them --------------------------------------------------------
closure() { # everything that a machine without any package would have to install
    : >"$scratch/status"
    apt-get -s -o Dir::State::status="$scratch/status" -o APT::Install-Recommends=0 install "$@" 2>"$scratch/apt.log" | awk '/^Inst/ {print $2}' | sort \
        || { cat "$scratch/apt.log" >&2; fail "apt does not know what $* needs: run 'apt-get update' first"; }
}
unpack() { # the packages into $scratch/tree, as /usr is merged; what each says of itself and its files into $scratch/debs
    rm -rf "$scratch/tree" "$scratch/debs"; mkdir -p "$scratch"/tree/usr/{bin,sbin,lib,lib64} "$scratch/debs"
    for one in bin sbin lib lib64; do ln -sfn "usr/$one" "$scratch/tree/$one"; done
    (cd "$scratch/debs" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$@" >"$scratch/download.log" 2>&1) || { tail -5 "$scratch/download.log" >&2; fail "a package could not be had"; }
    for deb in "$scratch"/debs/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -C "$scratch/tree" --keep-directory-symlink --no-same-owner -xvf - >"$deb.files"
        dpkg-deb --control "$deb" "$deb.control"
    done
    # libblas and liblapack are alternatives in Debian: scripts make their links.
    for one in "$scratch"/tree/usr/lib/*-linux-gnu/{blas,lapack}/lib*.so.3; do
        [ ! -e "$one" ] || ln -sfn "$(basename "$(dirname "$one")")/$(basename "$one")" "$(dirname "$(dirname "$one")")/$(basename "$one")"
    done
}
furnish() { # what the lowest layer has beside files of packages
    mkdir -p "$1"/{etc,proc,sys,dev,run,home,tmp,usr/bin,usr/sbin,usr/lib}; chmod 1777 "$1/tmp"
    [ "$runtime" != linux-x64 ] || mkdir -p "$1/usr/lib64"
    for one in bin sbin lib lib64; do [ ! -d "$1/usr/$one" ] || ln -sfn "usr/$one" "$1/$one"; done
    cp "$scratch/tree/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
    cp "$scratch/tree/usr/share/base-passwd/group.master" "$1/etc/group"
}
index() { # the loader's index of a layer and the one below
    rm -rf "$scratch/both"; mkdir "$scratch/both"; cp -al "$scratch/below/." "$scratch/both/"; cp -alf "$1/." "$scratch/both/"
    rm -f "$scratch/both/etc/ld.so.cache"
    ldconfig -X -r "$scratch/both" 2>/dev/null || fail "ldconfig failed"
    mkdir -p "$1/etc"; cp "$scratch/both/etc/ld.so.cache" "$1/etc/"
}
layer_of() { # the layer of this name, above base unless it is base itself
    local name=$1 layer=$cache/packages-$1.tar packages files
    [ ! -e "$layer" ] || return 0
    mapfile -t packages < <(closure ${PACKAGES[base]} ${PACKAGES[$name]})
    unpack "${packages[@]}"
    rm -rf "$scratch/below" "$scratch/layer"; mkdir "$scratch/below" "$scratch/layer"
    if [ "$name" = base ]; then furnish "$scratch/layer"; else tar -C "$scratch/below" -xf "$cache/packages-base.tar"; fi
    set -f; files=(${FILES[$name]}); set +f
    "$here/layer.py" "$scratch/tree" "$scratch/debs" "$scratch/layer" "$scratch/below" "${files[@]}"
    [ ! -e "$scratch/layer/usr/bin/dash" ] || ln -s dash "$scratch/layer/usr/bin/sh"
    index "$scratch/layer"
    pack "$scratch/layer" "$layer"
    say "$name: files of $(ls "$scratch/layer/var/lib/dpkg/status.d" | grep -cv md5sums) of ${#packages[@]} packages"
    rm -rf "$scratch"/{tree,debs,below,layer,both}
}

# ---- the images -----------------------------------------------------------------------------------------
is_current() { # newer than everything that it is made of
    [ -e "$1.tar" ] && [ -e "$1.cdx.json" ] && [ "$(cat "$1.tar.tag" 2>/dev/null)" = "$tag" ] && [ -z "$(find "$root/src" "$root/libs" "$here" "$root"/Directory.* -type f -newer "$1.tar" -not -path '*/obj/*' -not -path '*/bin/*' -print -quit)" ]
}
megabytes() { awk '{printf "%.1f", $1 / 1e6}' <<<"$1"; }
sizes() { # bytes of layers, as they are and as registries keep them
    local plain=0 small=0 layer
    for layer in "$@"; do
        [ "$layer.gz-bytes" -nt "$layer" ] || gzip -c "$layer" | wc -c >"$layer.gz-bytes"
        plain=$((plain + $(stat -c %s "$layer"))) small=$((small + $(<"$layer.gz-bytes")))
    done
    echo "$plain $small"
}
bill() { # bill IMAGE LAYER.tar...
    local image=$1 layer folders=(); shift
    for layer in "$@"; do
        folders+=("$scratch/records/$(basename "$layer")"); mkdir -p "${folders[-1]}"
        tar -C "${folders[-1]}" --wildcards -xf "$layer" './var/lib/dpkg/*' './usr/lib/os-release' 2>/dev/null || true
    done
    "$here/sbom.py" "$image" "$tag" "$scratch/assets.json" "${folders[@]}"
    rm -rf "$scratch/records"
}
build() { # build IMAGE PROJECT COMPILATION "ENTRYPOINT..." "FOLDERS"
    local image=$1 project=$2 folder=$scratch/$1 layers one bytes
    if [ -z "$only_root" ] && is_current "$out/$image"; then say "$image: is current"; return; fi
    dotnet publish "$root/$project" -c Release "-p:Compilation=$3" -o "$folder$FOLDER" -v q --nologo
    # What it was made of, before another build restores the project for itself.
    cp "$root/$project/obj/project.assets.json" "$scratch/assets.json"
    # Symbols are for who reads a dump: they stay beside the archives.
    rm -rf "$out/$image.symbols"; mkdir -p "$out/$image.symbols"
    find "$folder$FOLDER" \( -name '*.dbg' -o -name '*.pdb' \) -exec mv -t "$out/$image.symbols" {} +
    rm -f "$folder$FOLDER"/*.xml "$folder$FOLDER"/createdump
    for one in $5; do mkdir -p "$folder$one"; done
    layer_of base; layer_of "$image"
    pack "$folder" "$cache/$image.tar"; rm -rf "$folder"
    layers=("$cache/packages-base.tar" "$cache/packages-$image.tar" "$cache/$image.tar")
    bill "$image" "${layers[@]}" >"$scratch/cdx.json"
    if [ -n "$only_root" ]; then
        mkdir -p "$only_root"; mv "$scratch/cdx.json" "$only_root.cdx.json"
        for one in "${layers[@]}"; do tar -C "$only_root" --keep-directory-symlink -xf "$one"; done
        return
    fi
    mv "$scratch/cdx.json" "$out/$image.cdx.json"
    IMAGE_USER=$USER_ID:$USER_ID IMAGE_ENV=$ENVIRONMENT "$here/archive.sh" "localhost/k8smediaflow/$image:$tag" "$out/$image.tar" "${layers[@]}" -- $4
    read -r -a bytes <<<"$(sizes "${layers[@]}")"
    echo "${bytes[*]}" >"$out/$image.tar.bytes"
    echo "$tag" >"$out/$image.tar.tag"
    say "$image: $(megabytes "${bytes[0]}") MB in layers, $(megabytes "${bytes[1]}") MB compressed, in ${out#"$root/"}/$image.tar"
}
while IFS='|' read -r image project compilation entrypoint folders; do
    [ -n "$image" ] || continue
    [ $# = 0 ] || [[ " $* " == *" $image "* ]] || continue
    build "$image" "$project" "$compilation" "$entrypoint" "$folders"
done <<<"$IMAGES"
