namespace K8sMediaFlow.TestKit;

/// <summary>How long a test waits for what answers in a second: a bound for a hang, and never a measure.</summary>
public static class Hang
{
    /// <summary>No machine on which the tests have run was so slow: kubectl once took more than a minute.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    /// <summary>What takes a minute or two itself: a pod that is scheduled, started and ready, a run that ends.</summary>
    public static readonly TimeSpan LongBound = TimeSpan.FromMinutes(15);
}
