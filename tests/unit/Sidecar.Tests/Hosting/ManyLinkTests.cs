using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Links;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// What sidecars hold for hundreds of links, with their ports, channels and landing memory. Counts the whole process, so nothing else may
/// run beside.
/// </summary>
[Collection(nameof(LinkCostTests))]
public sealed class ManyLinkTests
{
    private const int Sources = 8, Few = 2, Many = 63;

    /// <summary>Every link has two ends in this process.</summary>
    private const int Ends = 2 * Sources * (Many - Few);

    /// <summary>Two sockets, a poll and an event; and half of a link's three memory files.</summary>
    private const int DescriptorsPerEnd = 6;

    /// <summary>
    /// Half of what the planned memory of a sidecar has for a link. An end that is alone, and makes its handshake when few others do,
    /// takes less: <see cref="IdleLinkTests"/>.
    /// </summary>
    private const long BytesPerEnd = 256 << 10;

    /// <summary>Threads of the runtime's pool, which come as it likes.</summary>
    private const int OtherThreads = 64;

    [Fact]
    [Trait("Category", "Slow")]
    public void Five_hundred_links_of_a_sidecar_stand_and_cost_a_thread_few_descriptors_and_little_memory_each()
    {
        // What a first link brings with it is not what is counted.
        var before = Start(Few);
        var after = Start(Many);
        var (bytes, threads) = ((after.Bytes - before.Bytes) / Ends, after.Threads - before.Threads);
        var descriptors = after.Descriptors - before.Descriptors;
        Console.WriteLine($"{nameof(ManyLinkTests)}: for each end {bytes} bytes, {threads / (double)Ends:F2} threads, "
            + $"{descriptors / (double)Ends:F2} descriptors");
        threads.ShouldBeLessThanOrEqualTo(Ends + OtherThreads);
        descriptors.ShouldBeLessThanOrEqualTo(DescriptorsPerEnd * Ends);
        bytes.ShouldBeLessThanOrEqualTo(BytesPerEnd);
    }

    private static Footprint Start(int inputs)
    {
        var pods = StartedPlans.StartAll(Graph(inputs));
        try
        {
            pods.Length.ShouldBe(2);
            foreach (var pod in pods)
            {
                pod.AwaitReady();
                pod.Links().Count().ShouldBe(Sources * inputs);
            }
            return Footprint.Now();
        }
        finally
        {
            foreach (var pod in pods)
                pod.Dispose();
        }
    }

    /// <summary>Sources in one pod and as many sinks in another; each edge has an input of its own.</summary>
    private static PipelineGraph Graph(int inputs)
    {
        // A frame in a page: landing memory is made in advance.
        var video = new MediaCaps(new VideoCaps(20, 20, "rgb24", new Rational(25, 1)));
        var numbers = Enumerable.Range(0, Sources).ToList();
        var ports = Enumerable.Range(0, inputs).Select(number => $"in{number}").ToList();
        return new PipelineGraph
        {
            Namespace = "test",
            Name = "line",
            Transport = Transport.Tcp,
            // Hundreds of handshakes at once take a busy machine longer than a peer may be silent.
            Staging = StagingNode.Plain with { LinkSilenceMilliseconds = 60_000, LinkHungMilliseconds = 600_000 },
            Operators =
            [
                .. numbers.Select(number => new MediaOperatorNode
                {
                    Name = $"source{number}",
                    Image = "x",
                    Outputs = [new OutputPort("video", video)],
                }),
                .. numbers.Select(number => new MediaOperatorNode
                {
                    Name = $"sink{number}",
                    Image = "x",
                    Inputs = [.. ports.Select(port => new InputPort(port) { MaxBorrowed = 1 })],
                }),
            ],
            Edges = [.. numbers.SelectMany(number => ports
                .Select(port => new GraphEdge(new PortRef($"source{number}", "video"), new PortRef($"sink{number}", port))))],
            Groups = [Pod("source", numbers), Pod("sink", numbers)],
        };
    }

    private static MediaOperatorGroup Pod(string name, IEnumerable<int> numbers) =>
        new($"{name}s", GroupMode.SamePod, [.. numbers.Select(number => $"{name}{number}")]);
}
