namespace K8sMediaFlow.Operator.Model;

/// <summary>
/// Every type and reason of conditions and Events: stable names that programs may rely on. docs/reference/status.md explains each, and a
/// test holds the two together. A refused graph has the rule's own reason (GraphReason) in Accepted.
/// </summary>
internal static class Reasons
{
    // Condition types.
    public const string AcceptedType = "Accepted", ReadyType = "Ready", TransportReadyType = "TransportReady";
    public const string SidecarsUpToDateType = "SidecarsUpToDate", ReconcilingType = "Reconciling", StalledType = "Stalled";

    // Accepted.
    public const string Accepted = "Accepted", ApiRefused = "ApiRefused", InvalidDocument = "InvalidDocument", NameTaken = "NameTaken";

    // Ready.
    public const string AllReady = "AllReady", Succeeded = "Succeeded", OperatorFailed = "OperatorFailed", NotAccepted = "NotAccepted";
    public const string PodsPending = "PodsPending", Unschedulable = "Unschedulable", ImageUnavailable = "ImageUnavailable",
        ConfigMissing = "ConfigMissing";
    public const string VolumeUnavailable = "VolumeUnavailable", ContainerFailing = "ContainerFailing", NodeLost = "NodeLost",
        NodeSilent = "NodeSilent", PodNotReady = "PodNotReady";

    // TransportReady.
    public const string Connected = "Connected", Connecting = "Connecting", LinkLost = "LinkLost", NoLinks = "NoLinks",
        ResourceMissing = "ResourceMissing";
    public const string NetworkAddressMissing = "NetworkAddressMissing";

    // TransportReady where RDMA is demanded and a sidecar cannot: the sidecars' own names for why.
    public const string LibraryMissing = "LibraryMissing", NoDevice = "NoDevice", DeviceBusy = "DeviceBusy", PortDown = "PortDown";
    public const string NoRoceV2Gid = "NoRoceV2Gid", MemlockLimited = "MemlockLimited", MtuMismatch = "MtuMismatch";

    public static IReadOnlyList<string> Obstacles { get; } = [LibraryMissing, NoDevice, DeviceBusy, PortDown, NoRoceV2Gid, MemlockLimited,
        MtuMismatch];

    // SidecarsUpToDate.
    public const string UpToDate = "UpToDate", UpdateOnDemand = "UpdateOnDemand", UpdateWaiting = "UpdateWaiting", Updating = "Updating",
        PlanPending = "PlanPending", PlanRefused = "PlanRefused";

    // Reconciling and Stalled.
    public const string Progressing = "Progressing", Settled = "Settled", Waiting = "Waiting", RolloutStopped = "RolloutStopped";

    // Events only.
    public const string PodCreated = "PodCreated", PodReplaced = "PodReplaced", PodRemoved = "PodRemoved", ScaleUndone = "ScaleUndone",
        ScaleRefused = "ScaleRefused";
    public const string Refused = "Refused", FieldTakenBack = "FieldTakenBack", CertificateIssued = "CertificateIssued", Pruned = "Pruned";
    public const string OtherInstallation = "OtherInstallation";
}
