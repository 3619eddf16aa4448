namespace K8sMediaFlow.Cli.Run;

/// <summary>What the user asked of a run.</summary>
/// <param name="Sets">VOLUME=DIR, one per volume.</param>
/// <param name="Probe">Take the source's caps from its input.</param>
/// <param name="Devices">POD=RDMA device, one per pod that is to have another than the first.</param>
/// <param name="SilenceSeconds">How long a sidecar may say nothing before it is started again.</param>
/// <param name="StallSeconds">0: never give up; null: 60 for Batch, never for Streaming, whose source may rest.</param>
internal sealed record RunOptions(string File, IReadOnlyList<string> Sets, bool Probe, IReadOnlyList<string> Devices, int? StallSeconds,
    int SilenceSeconds);
