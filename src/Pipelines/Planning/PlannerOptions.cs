namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>What the planner may choose. Depths count frames.</summary>
public sealed record PlannerOptions
{
    public static PlannerOptions Default { get; } = new();

    /// <summary>All regions of one pod together; a plan that needs more is refused with its sums.</summary>
    public long PodRegionBytesMax { get; init; } = 8L << 30;

    /// <summary>Depths for frames whose payload is larger than <see cref="SmallFrameBytes"/>: every frame costs megabytes.</summary>
    public FrameDepth Large { get; init; } = new(Loans: 2, Wire: 4, Queue: 2, Borrowed: 4, Reorder: 2, JoinMax: 256, Channel: 64);

    /// <summary>Depths for small frames, such as audio: a wake-up for each of them would cost more than their memory.</summary>
    public FrameDepth Small { get; init; } = new(Loans: 4, Wire: 8, Queue: 16, Borrowed: 8, Reorder: 8, JoinMax: 2048, Channel: 256);

    public int SmallFrameBytes { get; init; } = 64 << 10;

    /// <summary>
    /// What a codec behind a join may read of one input before it looks at the other. x264 holds about 50 frames before the first
    /// comes out, two seconds at 25 frames per second, and ffmpeg reads no sound meanwhile.
    /// </summary>
    public double JoinLookAheadSeconds { get; init; } = 3;

    /// <summary>
    /// Depths with which frames still move: one on each wire and before each consumer. What is held or written stays as it is.
    /// </summary>
    internal PlannerOptions Least => this with { Large = Large with { Wire = 1, Queue = 1 }, Small = Small with { Wire = 1, Queue = 1 } };

    public FrameDepth DepthOf(long frameBytes) => frameBytes > SmallFrameBytes ? Large : Small;
}

/// <summary>
/// How many frames may be where. Loans: being written. Wire: granted by a receiver ahead of their landing. Queue: in rings before
/// one consumer. Borrowed: held by one consumer, where it does not say. Reorder: waiting for an earlier one, per parallel producer.
/// JoinMax: most that is added so that a shorter arm can wait for a longer one. Channel: least capacity of a channel.
/// </summary>
public sealed record FrameDepth(int Loans, int Wire, int Queue, int Borrowed, int Reorder, int JoinMax, int Channel);
