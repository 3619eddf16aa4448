using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Links;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.Staging.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sidecar.Tests.Channels.Pods;

/// <summary>A pod's real ports and attach server in this process, with the ends of its links where the plan has some.</summary>
internal sealed class TestPod : IDisposable
{
    public const string ObserverToken = "observer";

    private static readonly WaitPolicy Waiting = new(WaitMode.Hybrid, 20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-pod-");
    private bool _hasEnded;

    /// <param name="plan">Of this pod.</param>
    /// <param name="patience">Of the attach server at the hello, for a plan, and for a region that is mapped; null: its own.</param>
    /// <param name="log">Gets what the attach server logs.</param>
    public TestPod(SidecarPlan plan, (TimeSpan Hello, TimeSpan Plan, TimeSpan Mapped)? patience = null, ILogger? log = null)
    {
        Plan = plan;
        Ports = new ChannelBroker(PodTopology.Pairs(plan), NullLogger.Instance);
        Registry = new MediaOperatorRegistry(plan, new CompletedStore(Path.Combine(_folder.FullName, "state")));
        if (plan.Outbound is [var outbound])
            Ports.Add(Outbound = new EgressBridge(outbound, plan.Edges[0].Producers.Count, Waiting, Reports.Add));
        if (plan.Inbound is [var inbound])
            Ports.Add(Inbound = new IngressBridge(inbound, plan.Edges[0],
                [.. plan.Operators.Select(one => PodTopology.MediaOperatorEndpoint(one.Name, one.Replica))], plan.HugePages, Waiting));
        var observer = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(
            ObserverToken)));
        var (hello, forPlan, mapped) = patience ?? (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        Server = new AttachServer(SocketPath, Incarnation.New(), observer, log ?? NullLogger.Instance)
        {
            Pod = new AttachablePod(plan, Ports, Registry),
            HelloDeadline = hello,
            PlanPatience = forPlan,
            MappedPatience = mapped,
        };
    }

    public SidecarPlan Plan { get; }

    public ChannelBroker Ports { get; }

    public MediaOperatorRegistry Registry { get; }

    public EgressBridge? Outbound { get; }

    public IngressBridge? Inbound { get; }

    public List<string> Reports { get; } = [];

    public AttachServer Server { get; }

    public string SocketPath => Path.Combine(_folder.FullName, "attach.sock");

    /// <summary>A real media operator, in this process.</summary>
    public async Task<MediaOperator> Attach(string name, int replica = 0, TimeSpan? patience = null, TimeSpan? standstill = null)
    {
        var token = Path.Combine(_folder.FullName, $"{name}-{replica}");
        File.WriteAllText(token, PodPlans.TokenOf(name));
        var attached = await MediaOperator.AttachAsync(new MediaOperatorOptions
        {
            SocketPath = SocketPath,
            TokenFile = token,
            Name = name,
            Replica = replica,
            AttachTimeout = patience ?? TimeSpan.FromSeconds(30),
            ReattachTimeout = TimeSpan.FromSeconds(30),
            DrainPatience = TimeSpan.FromSeconds(30),
            StandstillPatience = standstill ?? TimeSpan.FromSeconds(5),
        });
        Ports.AwaitAlive(PodTopology.MediaOperatorEndpoint(name, replica));
        return attached;
    }

    /// <summary>A process that speaks the protocol by hand.</summary>
    public RawMediaOperator AttachRaw(string name, int replica = 0, ulong incarnation = 77) =>
        new RawMediaOperator(SocketPath, name).Attach(replica, incarnation);

    public MediaOperatorReport StatusOf(string name, int replica = 0) =>
        Registry.States.Single(state => state.Name == name && state.Replica == replica);

    /// <summary>Waits until the operator is banned; returns the reason.</summary>
    public string AwaitBanned(string name)
    {
        Watchdog.Until(() => StatusOf(name).State == MediaOperatorState.Failed, () => StatusOf(name).ToString());
        return StatusOf(name).Reason;
    }

    public void AwaitForgotten(string end) =>
        Watchdog.Until(() => !Ports.IsAlive(end) && Ports.DeadLives(end) == 0, () => $"{end} is still known");

    /// <summary>Ends every connection; once.</summary>
    public void EndAttaches()
    {
        if (!_hasEnded)
            Server.Dispose();
        _hasEnded = true;
    }

    public void Dispose()
    {
        EndAttaches();
        Ports.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Two pods and the link between them, over loopback TLS and TCP.</summary>
internal sealed class PodPair : IDisposable
{
    private static readonly LinkOptions Options = new() { SilenceMax = TimeSpan.FromSeconds(30), OpenDeadline = TimeSpan.FromSeconds(30) };

    private readonly ReceivingPod _receiving;
    private readonly SendingPod _sending;

    public PodPair(PodPlans plans)
    {
        Sender = new TestPod(plans.Sending());
        Receiver = new TestPod(plans.Receiving());
        _receiving = new ReceivingPod(Receiver.Inbound!, 0, Options);
        _sending = new SendingPod(Sender.Outbound!, _receiving.Listener.LocalEndpoint, Options);
    }

    public TestPod Sender { get; }

    public TestPod Receiver { get; }

    public OutboundLink Link => _sending.Link;

    // As a pod's runtime does it: the processes first, then what reads their memory, then the memory.
    public void Dispose()
    {
        Sender.EndAttaches();
        Receiver.EndAttaches();
        _sending.Dispose();
        _receiving.Dispose();
        Sender.Dispose();
        Receiver.Dispose();
    }
}
