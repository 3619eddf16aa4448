using K8sMediaFlow.Links.Simulation.Tests.Pods;

namespace K8sMediaFlow.Links.Simulation.Tests.Faults;

/// <summary>
/// Which faults a history has. They are dealt out, not drawn: consecutive seeds go through all combinations of fault and step for each
/// policy, so that no combination depends on luck.
/// </summary>
internal static class FaultPlan
{
    public const int FaultsPerHistory = 8;

    /// <summary>Each pair of policies comes up once in so many seeds.</summary>
    private const int PairsOfPolicies = 25;

    private static readonly int s_faults = Enum.GetValues<Fault>().Length, s_steps = Enum.GetValues<Step>().Length;

    public static Policy PolicyOf(int seed, int edge) => (Policy)(edge == 0 ? Turn(seed) % 5 : Turn(seed) / 5 % 5);

    public static List<PlannedFault> Of(int seed, int frames, IReadOnlyList<LinkPlace> links, IReadOnlyList<EdgePlace> edges, Random random)
    {
        var planned = new List<PlannedFault>();
        for (var index = 0; index < FaultsPerHistory; index++)
        {
            var edge = edges[index % edges.Count];
            // Each edge's policy has its own way through the combinations; five of the 25 pairs have it.
            var round = Round(seed) * 5 + (edge == edges[0] ? Turn(seed) / 5 : Turn(seed) % 5);
            var number = (round * FaultsPerHistory / 2) + (index / 2) + (edge == edges[0] ? 0 : s_faults * s_steps / 2);
            var combination = (int)((uint)number * 5u % (uint)(s_faults * s_steps));
            var ofEdge = links.Where(link => link.Edge == edge).ToList();
            planned.Add(new PlannedFault((Fault)(combination / s_steps), (Step)(combination % s_steps),
                ofEdge[random.Next(ofEdge.Count)], frames * (index + 1) / (FaultsPerHistory + 3))
            {
                Skips = random.Next(0, 6),
            });
        }
        return planned;
    }

    private static int Turn(int seed) => (int)((uint)seed % PairsOfPolicies);

    private static int Round(int seed) => (int)((uint)seed / PairsOfPolicies % 1_000_000);
}
