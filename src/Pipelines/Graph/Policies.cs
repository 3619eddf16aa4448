using System.Text.Json.Serialization;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>Batch ends by itself when its sources end; Streaming runs, and restarts what failed, until it is deleted.</summary>
public enum Execution { Streaming, Batch }

/// <summary>How frames may travel between pods. Auto takes the best that both ends have and says which.</summary>
public enum Transport
{
    Auto,
    [JsonStringEnumMemberName("RDMA")] Rdma,
    [JsonStringEnumMemberName("TCP")] Tcp,
}

/// <summary>Which replicas of the consumer get a frame of an edge.</summary>
public enum Distribution { RoundRobin, Broadcast, ByKey, OneToOne }

/// <summary>In which order a consumer sees the frames of an edge that several replicas produce.</summary>
public enum FrameOrder { Arrival, BySequence }

/// <summary>What a producer does when an edge is full.</summary>
public enum OnFull { Block, DropOldest, DropNewest, LatestOnly }

/// <summary>AtLeastOnce keeps a frame until everything that derives from it is done, and sends it again after a failure.</summary>
public enum Delivery { AtLeastOnce, AtMostOnce }

/// <summary>Whether links protect the payload too; their control connection always uses mutual TLS.</summary>
public enum Encryption
{
    None,
    [JsonStringEnumMemberName("TLS")] Tls,
}

/// <summary>How sidecar and media operators wait: spin a little and then sleep, always spin, or always sleep.</summary>
public enum PollingMode { Hybrid, Busy, Event }

/// <summary>Page sizes of regions: None takes ordinary pages, the others have to be reserved on the machine.</summary>
public enum HugePages
{
    None,
    [JsonStringEnumMemberName("2Mi")] Size2Mi,
    [JsonStringEnumMemberName("1Gi")] Size1Gi,
}

/// <summary>SamePod shares memory; SameNode only places pods on one machine.</summary>
public enum GroupMode { SamePod, SameNode }
