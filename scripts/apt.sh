# Sourced. An apt of our own in one folder: the host's Debian mirror and one suite of it. The host's configuration is read, not changed.
#   private_apt FOLDER SUITE deb|deb-src...     makes FOLDER/apt.conf, to be used as APT_CONFIG; fails where apt knows no mirror
private_apt() {
    local folder=$1 suite=$2 mirror key='' kind
    shift 2
    mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk -F'|' '$1 == "Debian" && $2 == "Debian" && !found {print $3; found = 1}')
    [ -n "$mirror" ] || { echo "apt knows no Debian mirror: run 'apt-get update' first" >&2; return 1; }
    [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] || key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    mkdir -p "$folder"/{lists/partial,cache/archives/partial}
    for kind in "$@"; do echo "$kind $key $mirror $suite main"; done >"$folder/sources.list"
    cat >"$folder/apt.conf" <<C
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "$folder/lists";
Dir::Cache "$folder/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
C
}
