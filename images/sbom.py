#!/usr/bin/env python3
"""The bill of materials of an image, as CycloneDX 1.6: sbom.py IMAGE VERSION ASSETS LAYER...

Debian's packages come from the records in the layers, which are folders. NuGet's come from ASSETS, the project.assets.json of the program
when it was published: packages with something that runs, and the runtime itself. Prints JSON; the same content gives the same text.
"""
import base64
import hashlib
import json
import re
import sys
import uuid
from pathlib import Path
from urllib.parse import quote

RECORDS = "var/lib/dpkg/status.d"


def main(image, version, assets, layers):
    system = operating_system(layers)
    components = [system] + debian(layers, system) + nuget(json.loads(Path(assets).read_text()))
    print(json.dumps(document(image, version, components), indent=1))


def document(image, version, components):
    """A serial number and no time: the same image gives the same document."""
    content = hashlib.sha256(json.dumps([image, version, components]).encode()).hexdigest()
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "metadata": {"component": {"type": "container", "bom-ref": image, "name": f"k8smediaflow/{image}", "version": version}},
        "components": components,
    }


def operating_system(layers):
    text = next(path.read_text() for layer in layers if (path := Path(layer, "usr/lib/os-release")).exists())
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    name, version = (fields[key].strip('"') for key in ("ID", "VERSION_ID"))
    return {"type": "operating-system", "bom-ref": f"{name}-{version}", "name": name, "version": version}


def debian(layers, system):
    """A layer may have a record that the one below has too."""
    records = {path.name: path for layer in layers for path in Path(layer, RECORDS).glob("*") if path.suffix != ".md5sums"}
    return [deb(records[name].read_text(), system["bom-ref"]) for name in sorted(records)]


def deb(control, distribution):
    fields = dict(re.findall(r"^(\S+): (.*)$", control, re.M))
    name, version = fields["Package"], fields["Version"]
    purl = f"pkg:deb/debian/{quote(name)}@{quote(version, safe='~')}?arch={fields['Architecture']}&distro={distribution}"
    source = fields.get("Source", name).split(" ")[0]
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "properties": [{"name": "debian:source", "value": source}]}


def nuget(assets):
    """The target with a runtime identifier is the one that was published."""
    target = next(assets["targets"][name] for name in assets["targets"] if "/" in name)
    names = [name for name, one in target.items() if one["type"] == "package" and runs(one)]
    packages = [package(*name.split("/"), assets["libraries"][name].get("sha512")) for name in names]
    return sorted(packages + runtimes(assets), key=lambda one: one["bom-ref"])


def runs(package_):
    files = [*package_.get("runtime", {}), *package_.get("native", {}), *package_.get("runtimeTargets", {})]
    return any(not name.endswith("_._") for name in files)


def runtimes(assets):
    packs = [pack for framework in assets["project"]["frameworks"].values() for pack in framework.get("downloadDependencies", [])]
    return [package(pack["name"], re.match(r"\[([^,\]]+)", pack["version"])[1]) for pack in packs if ".App.Runtime." in pack["name"]]


def package(name, version, sha512=None):
    purl = f"pkg:nuget/{quote(name)}@{quote(version)}"
    component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if sha512:
        component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(sha512).hex()}]
    return component


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:])
