namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>A document with one fault that the schema lets through and the rules do not.</summary>
/// <param name="Name">Of the resource.</param>
/// <param name="Reason">Of the condition Accepted.</param>
/// <param name="Message">Word for word.</param>
/// <param name="Edits">What is different from the flow of <see cref="Documents"/>.</param>
internal sealed record RefusedSample(string Name, string Reason, string Message, params (string Part, string By)[] Edits)
{
    public string Document(string space) => Edits.Aggregate(Documents.Flow(space, "Streaming", Name), (document, edit) => document.With(edit.Part, edit.By));
}

/// <summary>One for each reason that a resource can be refused for after the schema has let it through.</summary>
internal static class RefusedSamples
{
    private const string Analyse = "args: [analyse],", Last = "- {from: analyse.video, to: sink.video}";

    public static IReadOnlyList<RefusedSample> All { get; } =
    [
        new("bad-name", "BadName",
            "spec.operators[1].name: operator 'Ana_lyse' is no name: lower-case letters, digits and '-' are allowed, at most 63, not '-' at an end",
            ("{name: analyse,", "{name: Ana_lyse,"), ("to: analyse.video", "to: Ana_lyse.video"), ("from: analyse.video", "from: Ana_lyse.video")),
        new("name-that-leaves-the-pods-hardly-any-room", "NameTooLong",
            "spec.operators[1].name: 'name-that-leaves-the-pods-hardly-any-room-analyse-again' has 55 characters; pods named after it leave room for 50",
            ("{name: analyse,", "{name: analyse-again,"), ("to: analyse.video", "to: analyse-again.video"), ("from: analyse.video", "from: analyse-again.video")),
        new("empty", "Empty",
            "spec.groups[0].operators: group 'nobody' has no operators",
            ("  volumes: [", "  groups: [{name: nobody, mode: SamePod, operators: []}]\n  volumes: [")),
        new("no-ports", "NoPorts",
            "spec.operators[1]: operator 'idle' has neither inputs nor outputs",
            ("    - {name: analyse,", $"    - {{name: idle, image: {Documents.Operators}}}\n    - {{name: analyse,")),
        new("bad-reference", "BadReference",
            "spec.edges[0].from: 'source' does not name a port: write operator.port",
            ("from: source.video", "from: source")),
        new("unknown-operator", "UnknownOperator",
            "spec.edges[0].to: anlayse.video: there is no operator 'anlayse' (did you mean 'analyse'?); spec.operators[1].inputs[0]: no edge ends in analyse.video: it would wait for ever",
            ("to: analyse.video", "to: anlayse.video")),
        new("unknown-port", "UnknownPort",
            "spec.edges[1].to: operator 'sink' has no input 'vidoe' (did you mean 'video'?); spec.operators[2].inputs[0]: no edge ends in sink.video: it would wait for ever",
            ("to: sink.video", "to: sink.vidoe")),
        new("input-not-connected", "InputNotConnected",
            "spec.operators[2].inputs[1]: no edge ends in sink.sound: it would wait for ever",
            ("inputs: [{name: video}]\n  edges", "inputs: [{name: video}, {name: sound}]\n  edges")),
        new("input-taken", "InputTaken",
            "spec.edges[2].to: sink.video already takes its frames from analyse.video; an input takes one edge",
            (Last, Last + "\n    - {from: source.video, to: sink.video}")),
        new("unreachable", "Unreachable",
            "spec.operators[1]: operator 'apart' is not connected to anything",
            ("    - {name: analyse,", $"    - {{name: apart, image: {Documents.Operators}, inputs: [{{name: video}}]}}\n    - {{name: analyse,")),
        new("cycle", "Cycle",
            "spec.edges[3]: edge loop.video->analyse.back closes a cycle: analyse → loop → analyse",
            ("args: [analyse], inputs: [{name: video}], outputs: [{name: video}]}", "args: [analyse], inputs: [{name: video}, {name: back}], outputs: [{name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: \"25\"} } }]}"),
            ("    - {name: analyse,", $"    - {{name: loop, image: {Documents.Operators}, inputs: [{{name: video}}], outputs: [{{name: video}}]}}\n    - {{name: analyse,"),
            (Last, Last + "\n    - {from: analyse.video, to: loop.video}\n    - {from: loop.video, to: analyse.back}")),
        new("bad-caps", "BadCaps",
            "spec.operators[0].outputs[0].caps.video.format: source.video: 'yuv421p' is no pixel format; known are bgr24, bgra, gray, nv12, rgb24, rgba, yuv420p, yuv420p10le, yuv422p, yuv422p10le, yuv444p, yuvj420p",
            ("format: yuv420p", "format: yuv421p")),
        new("caps-mismatch", "CapsMismatch",
            "spec.operators[1].inputs[0].caps: analyse.video takes 640x360 yuv420p 25/s, but edge source.video->analyse.video brings 320x180 yuv420p 25/s",
            ("args: [analyse], inputs: [{name: video}]", "args: [analyse], inputs: [{name: video, caps: {video: {width: 640, height: 360, format: yuv420p, frameRate: \"25\"} } }]")),
        new("caps-unknown", "CapsUnknown",
            "spec.operators[0].outputs[0].caps: source.video must declare caps: operator 'source' has no input that they could follow from",
            ("outputs: [{name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: \"25\"} } }]", "outputs: [{name: video}]")),
        new("out-of-bounds", "OutOfBounds",
            "spec.operators[1].maxReplicas: maxReplicas of operator 'analyse' is 1; it must be between 2 and 64",
            (Analyse, Analyse + " replicas: 2, maxReplicas: 1,")),
        new("bad-blocks", "OutOfBounds",
            "spec.staging.blockClasses[0].size: a block of 100000 bytes is no multiple of 4096",
            ("execution: Streaming", "execution: Streaming\n  staging: {blockClasses: [{size: 100k, count: 64}]}")),
        new("small-blocks", "OutOfBounds",
            "spec.staging.blockClasses: pod small-blocks-source-0 needs at least 14 blocks of 88.0 KiB (90112 bytes) or more, and there are 13, for source/0: source.video: 2 being written by source + 1 on the wire to analyse + 1 waiting for analyse.video + 4 borrowed by analyse + 1 on the wire to sink + 1 waiting for sink.video + 4 borrowed by sink; spec.staging.blockClasses: pod small-blocks-analyse-0 needs at least 14 blocks of 104 KiB (106496 bytes) or more, and there are 13, for link source.video->analyse.video from small-blocks-source-0: source.video->analyse.video: 2 about to be sent by source + 1 on the wire to analyse + 1 waiting for analyse.video + 4 borrowed by analyse + 1 on the wire to sink + 1 waiting for sink.video + 4 borrowed by sink",
            ("execution: Streaming", "execution: Streaming\n  staging: {blockClasses: [{size: 32Ki, count: 64}, {size: 128Ki, count: 13}]}")),
        new("order-without-sense", "OrderWithoutSense",
            "spec.edges[0].order: edge source.video->analyse.video deals its frames out to 2 replicas, so none of them can see every sequence; restore the order where they come together again",
            ("from: source.video, to: analyse.video", "from: source.video, to: analyse.video, order: BySequence"), (Analyse, Analyse + " replicas: 2,")),
        new("contradiction", "Contradiction",
            "spec.edges[0].keyField: edge source.video->analyse.video has a keyField, but its distribution is RoundRobin, not ByKey",
            ("from: source.video, to: analyse.video", "from: source.video, to: analyse.video, keyField: camera")),
        new("bad-group", "BadGroup",
            "spec.groups[0].name: group 'sink' has the name of an operator; their pods would be named alike",
            ("  volumes: [", "  groups: [{name: sink, mode: SamePod, operators: [analyse]}]\n  volumes: [")),
        new("unknown-volume", "UnknownVolume",
            "spec.operators[1].volumeMounts[0].name: operator 'analyse' mounts volume 'recodrs', which is not declared (did you mean 'records'?)",
            (Analyse, Analyse + " volumeMounts: [{name: recodrs, mountPath: /records}],")),
        new("bad-volume", "BadVolume",
            "spec.operators[1].volumeMounts[0].mountPath: operator 'analyse' mounts 'records' at 'records', which is no absolute path",
            (Analyse, Analyse + " volumeMounts: [{name: records, mountPath: records}],")),
        new("memory-exceeded", "MemoryExceeded",
            "spec: pod memory-exceeded-source-0 needs 20.5 GiB for frames, more than 8.0 GiB: source/0: 20.5 GiB for source.video: 2 being written by source + 4 on the wire to analyse + 2 waiting for analyse.video + 4 borrowed by analyse + 4 on the wire to sink + 2 waiting for sink.video + 64 borrowed by sink; spec: pod memory-exceeded-analyse-0 needs 38.5 GiB for frames, more than 8.0 GiB: analyse/0: 18.0 GiB for analyse.video: 2 being written by analyse + 4 on the wire to sink + 2 waiting for sink.video + 64 borrowed by sink; link source.video->analyse.video from memory-exceeded-source-0: 20.5 GiB for source.video->analyse.video: 2 about to be sent by source + 4 on the wire to analyse + 2 waiting for analyse.video + 4 borrowed by analyse + 4 on the wire to sink + 2 waiting for sink.video + 64 borrowed by sink; spec: pod memory-exceeded-sink-0 needs 18.0 GiB for frames, more than 8.0 GiB: link analyse.video->sink.video from memory-exceeded-analyse-0: 18.0 GiB for analyse.video->sink.video: 2 about to be sent by analyse + 4 on the wire to sink + 2 waiting for sink.video + 64 borrowed by sink",
            ("width: 320, height: 180, format: yuv420p", "width: 8192, height: 8192, format: rgba"), ("inputs: [{name: video}]\n  edges", "inputs: [{name: video, maxBorrowed: 64}]\n  edges")),
        new("bad-port", "BadPort",
            "spec.operators[1].ports[0].containerPort: port 7401 of operator 'analyse' is the sidecar's: 7400 to 7403 are taken in every pod",
            (Analyse, Analyse + " ports: [{name: rtmp, containerPort: 7401}],")),
        new("bad-environment", "BadEnvironment",
            "spec.operators[1].env[0]: environment variable 'A' of operator 'analyse' has both value and valueFrom",
            (Analyse, Analyse + " env: [{name: A, value: x, valueFrom: {secretKeyRef: {name: a, key: b}}}],")),
        new("bad-resource", "BadResource",
            "spec.operators[1].resources.claims[0].name: the container of operator 'analyse' uses resource claim 'nik', which resourceClaims does not declare",
            (Analyse, Analyse + " resources: {claims: [{name: nik}]},")),
        new("reserved", "Reserved",
            "spec.operators[1].env[0].name: operator 'analyse' sets 'K8SMEDIAFLOW_SOCKET': variables that begin with K8SMEDIAFLOW_ are set by the controller",
            (Analyse, Analyse + " env: [{name: K8SMEDIAFLOW_SOCKET, value: x}],")),
        new("unsupported", "Unsupported",
            "spec.encryption: encryption TLS of payloads is not supported yet: use None",
            ("execution: Streaming", "execution: Streaming\n  encryption: TLS")),
    ];
}
