using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// Forks that join again: a media operator with several outputs whose frames meet later. While the consumer waits for the longer
/// arm, the shorter one must hold as much time, or the producer stands still on it and the longer arm never gets what it waits for.
/// The shorter arm is widened as far as it is allowed; where that is not enough, a warning says so.
/// </summary>
internal static class JoinArms
{
    internal static IEnumerable<GraphViolation> Widen(GraphIndex index, CapsFlow caps, WindowSums sums, PlannerOptions options)
    {
        var reach = new Reach(index);
        return [.. index.Graph.Operators.SelectMany(node => OfFork(node, reach, caps, sums, options))];
    }

    private static IEnumerable<GraphViolation> OfFork(MediaOperatorNode node, Reach reach, CapsFlow caps, WindowSums sums,
        PlannerOptions options)
    {
        var ports = node.Outputs.Select(port => new PortRef(node.Name, port.Name)).ToList();
        // Seconds before anything is widened: arms are compared with what others need, not with what others were given.
        var seconds = ports.ToDictionary(port => port, port => sums.Window(port).Frames / caps.Output(port)!.FramesPerSecond);
        foreach (var port in ports)
        {
            var other = ports.Where(arm => arm != port && reach.Meet(arm, port) is not null).MaxBy(arm => seconds[arm]);
            if (other is not null && WidenOne(port, other, reach.Meet(other, port)!, seconds[other], caps, sums, options) is { } warning)
                yield return warning;
        }
    }

    private static GraphViolation? WidenOne(PortRef port, PortRef other, string join, double armSeconds, CapsFlow caps, WindowSums sums,
        PlannerOptions options)
    {
        var arriving = caps.Output(port)!;
        var lookAhead = arriving.FrameBytes > options.SmallFrameBytes ? 0 : options.JoinLookAheadSeconds;
        var needed = Math.Ceiling((armSeconds + lookAhead) * arriving.FramesPerSecond) - sums.Window(port).Frames;
        if (needed <= 0)
            return null;
        var most = options.DepthOf(arriving.FrameBytes).JoinMax;
        sums.Widen(port, new SizingTerm((int)Math.Min(needed, most), $"while {join} waits for {other}"));
        return needed <= most ? null : new GraphViolation("spec.edges", GraphReason.ShortArm, FormattableString.Invariant(
            $"{port} and {other} join at '{join}': while it waits for {other} ({armSeconds:0.0} s of frames), {port} would have to hold {needed:0} frames more, but may hold {most}; the fork can come to a stand"));
    }

    /// <summary>Which media operators the frames of a port get to.</summary>
    private sealed class Reach(GraphIndex index)
    {
        private readonly Dictionary<PortRef, List<string>> _reached = [];

        internal string? Meet(PortRef left, PortRef right) => Of(left).FirstOrDefault(Of(right).Contains);

        private List<string> Of(PortRef port)
        {
            if (_reached.TryGetValue(port, out var known))
                return known;
            var reached = new List<string>();
            foreach (var edge in index.EdgesFrom(port))
            {
                reached.Add(edge.To.Operator);
                foreach (var next in index.Operator(edge.To.Operator)!.Outputs)
                    reached.AddRange(Of(new PortRef(edge.To.Operator, next.Name)));
            }
            return _reached[port] = [.. reached.Distinct()];
        }
    }
}
