#!/usr/bin/env bash
# Builds the images into archives without any registry or daemon: build.sh [IMAGE...]. Default: all whose project exists, into artifacts/images/IMAGE.tar,
# named localhost/k8smediaflow/IMAGE:dev (IMAGES_TAG, IMAGES_FOLDER change that). Debian's packages are taken from this machine's mirror with apt and unpacked with
# dpkg-deb, once: the layers stay in $K8SMEDIAFLOW_IMAGE_CACHE, else in the user's cache. Nothing is installed and no root is needed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/images.conf"
root=$(dirname "$here")
out=${IMAGES_FOLDER:-$root/artifacts/images} tag=${IMAGES_TAG:-dev}
. /etc/os-release
case $(uname -m) in aarch64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac
started=$SECONDS
say() { printf 'images: %3ds %s\n' $((SECONDS - started)) "$*"; }
fail() { printf 'images: %s\n' "$*" >&2; exit 1; }
[ "${ID:-}" = debian ] || fail "this machine is no Debian: build with images/Dockerfile instead"
command -v clang >/dev/null || command -v gcc >/dev/null || fail "native programs need a C compiler to link: apt-get install gcc libc6-dev"

# A recipe that changed makes other layers; so does another Debian.
recipe=$( { cat "$here/images.conf" "${BASH_SOURCE[0]}"; echo "$VERSION_ID $runtime"; } | sha256sum | cut -c1-12)
cache=${K8SMEDIAFLOW_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/images-$recipe}
mkdir -p "$cache" "$out"
scratch=$(mktemp -d "$cache/work-XXXXXX"); trap 'rm -rf "$scratch"' EXIT
exec 9>"$cache/.lock"; flock 9        # one build at a time: who waited finds the layers done

# The same content gives the same layer: owner root, fixed time, sorted names.
pack() { tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$1" -cf "$2.partial" . && mv "$2.partial" "$2"; }

# ---- Debian's packages, unpacked ------------------------------------------------------------------------
closure() { # everything that a machine without any package would have to install
    : >"$scratch/status"
    apt-get -s -o Dir::State::status="$scratch/status" -o APT::Install-Recommends=0 install "$@" 2>"$scratch/apt.log" | awk '/^Inst/ {print $2}' | sort \
        || { cat "$scratch/apt.log" >&2; fail "apt does not know what $* needs: run 'apt-get update' first"; }
}
unpack() { # unpack FOLDER PACKAGE...
    local folder=$1; shift
    mkdir -p "$folder"/usr/{bin,sbin,lib} "$folder/tmp" "$scratch/debs"; chmod 1777 "$folder/tmp"
    [ "$runtime" != linux-x64 ] || mkdir -p "$folder/usr/lib64"
    for one in bin sbin lib lib64; do [ ! -d "$folder/usr/$one" ] || ln -sfn "usr/$one" "$folder/$one"; done
    (cd "$scratch/debs" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$@" >"$scratch/download.log" 2>&1) || { tail -5 "$scratch/download.log" >&2; fail "a package could not be had"; }
    for deb in "$scratch"/debs/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -C "$folder" --keep-directory-symlink --no-same-owner -xf -; done
    rm -rf "$scratch/debs"
}
finish() { # what the packages' own scripts would have made
    local folder=$1
    [ -e "$folder/bin/sh" ] || ln -s dash "$folder/usr/bin/sh"
    mkdir -p "$folder"/{etc,proc,sys,dev,run,home}
    [ -e "$folder/etc/passwd" ] || cp "$folder/usr/share/base-passwd/passwd.master" "$folder/etc/passwd"
    [ -e "$folder/etc/group" ] || cp "$folder/usr/share/base-passwd/group.master" "$folder/etc/group"
    rm -rf "$folder"/usr/share/{doc,man,locale,info,lintian,bash-completion} "$folder"/var/cache
}
if [ ! -e "$cache/base.tar" ]; then
    closure $BASE_PACKAGES >"$cache/base.packages"
    mapfile -t packages <"$cache/base.packages"; unpack "$scratch/base" "${packages[@]}"; finish "$scratch/base"
    ldconfig -r "$scratch/base" 2>/dev/null || fail "ldconfig failed"
    pack "$scratch/base" "$cache/base.tar"; say "base: ${#packages[@]} packages"
fi
layer_of() { # the layer with these packages beside the base
    local wanted=$1 layer=$cache/packages-${1// /-}.tar
    if [ ! -e "$layer" ]; then
        closure $BASE_PACKAGES $wanted | comm -23 - "$cache/base.packages" >"$scratch/more"
        mapfile -t packages <"$scratch/more"; unpack "$scratch/more-root" "${packages[@]}"
        # The linker's index is of base and layer together.
        mkdir -p "$scratch/both"; tar -C "$scratch/both" -xf "$cache/base.tar"; tar -C "$scratch/more-root" -cf - . | tar -C "$scratch/both" --keep-directory-symlink -xf -
        # libblas and liblapack are alternatives in Debian: their links are made by scripts.
        for found in "$scratch"/both/usr/lib/*-linux-gnu/{blas,lapack}/lib*.so.3; do
            [ ! -e "$found" ] || ln -sfn "$(basename "$(dirname "$found")")/$(basename "$found")" "$scratch/more-root${found#"$scratch/both"}.link" && true
        done
        find "$scratch/more-root" -name '*.so.3.link' | while read -r link; do mv "$link" "$(dirname "$(dirname "$link")")/$(basename "${link%.link}")"; done
        cp -a "$scratch"/more-root/usr/lib/*-linux-gnu/lib{blas,lapack}.so.3 "$scratch"/both/usr/lib/*-linux-gnu/ 2>/dev/null || true
        ldconfig -r "$scratch/both"; mkdir -p "$scratch/more-root/etc"; cp "$scratch/both/etc/ld.so.cache" "$scratch/more-root/etc/"
        rm -rf "$scratch"/more-root/usr/share/{doc,man,locale,info,lintian,bash-completion} "$scratch"/more-root/{tmp,var/cache}
        pack "$scratch/more-root" "$layer"; say "$wanted: ${#packages[@]} packages"
        rm -rf "$scratch/more-root" "$scratch/both"
    fi
    echo "$layer"
}

# ---- the images -----------------------------------------------------------------------------------------
is_current() { # newer than everything that it is made of
    [ -e "$1" ] && [ "$(cat "$1.tag" 2>/dev/null)" = "$tag" ] && [ -z "$(find "$root/src" "$root/libs" "$here" "$root"/Directory.* -type f -newer "$1" -not -path '*/obj/*' -not -path '*/bin/*' -print -quit)" ]
}
build() { # build IMAGE PROJECT COMPILATION "ENTRYPOINT..." "PACKAGES" "FOLDERS"
    local image=$1 project=$2 folder=$scratch/$1 layers=("$cache/base.tar") one
    local -A compilations=([native]="--use-current-runtime -p:PublishAot=true" [ready]="-r $runtime --self-contained -p:PublishReadyToRun=true")
    if is_current "$out/$image.tar"; then say "$image: is current"; return; fi
    # shellcheck disable=SC2086
    dotnet publish "$root/$project" -c Release ${compilations[$3]} -o "$folder$FOLDER" -v q --nologo
    # Symbols are for who builds.
    rm -f "$folder$FOLDER"/*.{pdb,dbg,xml} "$folder$FOLDER"/createdump
    for one in $6; do mkdir -p "$folder$one"; done
    [ -z "$5" ] || layers+=("$(layer_of "$5" | tail -n 1)")
    pack "$folder" "$cache/$image.tar"
    IMAGE_USER=$USER_ID:$USER_ID IMAGE_ENV=$ENVIRONMENT "$here/archive.sh" "localhost/k8smediaflow/$image:$tag" "$out/$image.tar" "${layers[@]}" "$cache/$image.tar" -- $4
    echo "$tag" >"$out/$image.tar.tag"
    say "$image: $(du -h "$out/$image.tar" | cut -f1) in ${out#"$root/"}/$image.tar"
    rm -rf "$folder"
}
while IFS='|' read -r image project compilation entrypoint packages folders; do
    [ -n "$image" ] || continue
    [ $# = 0 ] || [[ " $* " == *" $image "* ]] || continue
    [ -d "$root/$project" ] || { say "$image: there is no $project yet"; continue; }
    build "$image" "$project" "$compilation" "$entrypoint" "$packages" "$folders"
done <<<"$IMAGES"
