namespace K8sMediaFlow.Links.Simulation.Tests.Faults;

/// <summary>What befalls a link or a process at its ends.</summary>
internal enum Fault
{
    KillProducer,
    KillSender,
    KillReceiver,
    KillConsumer,

    /// <summary>The control connection is reset.</summary>
    CutControl,

    /// <summary>The data connection is lost before the next write lands.</summary>
    DropWrite,

    /// <summary>The first bytes of the next write land, then the data connection is lost.</summary>
    TearWrite,

    /// <summary>The next write lands, then the data connection is lost: the sender does not learn of the landing.</summary>
    LoseAfterLanding,

    /// <summary>Writes are held up for a while and land behind what was said later.</summary>
    HoldWrites,

    /// <summary>Nothing gets through between the two pods for a while.</summary>
    Partition,

    /// <summary>The consumer takes its time.</summary>
    SlowConsumer,

    /// <summary>One of the two sidecars is stopped for a while, and goes on where it was.</summary>
    StopSidecar,
}

/// <summary>What an edge does when its consumer does not keep up.</summary>
internal enum Policy
{
    /// <summary>AtLeastOnce: its producer waits.</summary>
    Block,
    DropOldest,
    DropNewest,
    LatestOnly,

    /// <summary>AtMostOnce and Block, with a deadline.</summary>
    Deadline,
}
