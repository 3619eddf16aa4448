namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>How many frames may be where, as the planner adds them up (WindowSums): small numbers, so that everything fills.</summary>
internal sealed class Depth(Random random)
{
    public const int Loans = 1;

    private const int NoticesMax = 16;

    public int Borrowed { get; } = random.Next(1, 4);

    public int Queue { get; } = random.Next(1, 4);

    public int Wire { get; } = random.Next(1, 4);

    private int Reorder { get; } = random.Next(1, 4);

    /// <summary>What may be alive of an edge's frames in the edge itself.</summary>
    public int Of(int consumers, int producers, bool isOrdered) =>
        ((Wire + Queue + Borrowed) * consumers) + (isOrdered && producers > 1 ? Reorder * producers : 0);

    /// <summary>A channel holds every block of its producer's, and notices beside.</summary>
    public static int CapacityOf(int window) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(window + NoticesMax));
}
