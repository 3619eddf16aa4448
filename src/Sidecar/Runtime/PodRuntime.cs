using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Staging.Channels;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>
/// Everything that plans make in one pod: ports, links and the link listener. The first plan makes it, later ones change its links.
/// </summary>
internal sealed class PodRuntime : IDisposable
{
    /// <summary>Part of the time to drain that media operators with inputs have: the rest is for what they send last.</summary>
    private const double OperatorsShare = 0.7;

    /// <summary>
    /// For so long nothing lands and nothing is given back in a pod that takes nothing more before its media operators are not to wait any
    /// longer.
    /// </summary>
    private const long StandingNs = 1_000_000_000;

    private readonly PodLinks _links;
    private readonly AttachServer _attach;
    private readonly ILogger _logger;
    private volatile SidecarPlan _plan;
    private long _standing, _standsSinceNs;

    /// <param name="options">Addresses and folders.</param>
    /// <param name="plan">The first plan.</param>
    /// <param name="incarnation">This process's life.</param>
    /// <param name="credentials">Asked anew for each connection.</param>
    /// <param name="attach">Where media operators come in; stays the caller's.</param>
    /// <param name="logger">Of everything that happens in the pod; never on the path of a frame, which counts.</param>
    /// <param name="fabric">What its links travel over in place of what the plan says; null: as the plan says.</param>
    public PodRuntime(SidecarOptions options, SidecarPlan plan, Incarnation incarnation, Func<LinkCredentials> credentials,
        AttachServer attach, ILogger logger, IFabric? fabric = null)
    {
        (_plan, _attach, _logger) = (plan, attach, logger);
        Ports = new ChannelBroker(PodTopology.Pairs(plan), logger);
        Registry = new MediaOperatorRegistry(plan, new CompletedStore(options.StateDirectory));
        _links = new PodLinks(options, plan, Ports, WaitPolicyOf(plan.Polling), credentials, logger, fabric);
        try
        {
            Open(_links.Prepare(plan, plan.Inbound), incarnation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The plan in force.</summary>
    public SidecarPlan Plan => _plan;

    public ChannelBroker Ports { get; }

    /// <summary>What stands, from one look at the status to the next.</summary>
    public EdgeStalls Stalls { get; } = new();

    public MediaOperatorRegistry Registry { get; }

    public IReadOnlyList<InboundPair> Inbound => _links.Inbound;

    public IReadOnlyList<OutboundPair> Outbound => _links.Outbound;

    public PodLinks Links => _links;

    public bool IsDraining => _attach.IsDraining;

    /// <summary>Everybody has completed, and nothing is left that a link still has to bring away.</summary>
    public bool IsFinished => Registry.AllCompleted && Outbound.All(one => one.Port.Ended) && Inbound.All(one => one.Port.NotDone == 0);

    /// <summary>Finished, and all peers know it: no peer waits for this pod any more.</summary>
    public bool IsForgotten =>
        IsFinished && Outbound.All(one => one.Link.Status.State == LinkState.Ended)
            && Inbound.All(one => one.Link.Status.State == LinkState.Ended);

    /// <summary>Media operators are attached.</summary>
    public bool HasLivingOperators => HasLiving(_ => true);

    /// <summary>Follows a newer plan. Not to be called twice at once.</summary>
    /// <exception cref="Staging.StagingException">There is no memory for a link that came; nothing has changed then.</exception>
    public void Follow(PlanChange change)
    {
        var prepared = _links.Prepare(change.Next, change.Inbound.Added);
        _plan = change.Next;
        _attach.Pod = new AttachablePod(_plan, Ports, Registry, _links.Fabrics.MayUseDevice);
        Ports.Extend(PodTopology.Pairs(_plan));
        Ports.ChangePolicies(change.Policies);
        _links.ForceRetire([.. change.Inbound.Added.Select(PodTopology.InboundEnd),
            .. change.Outbound.Added.Select(PodTopology.OutboundEnd)]);
        for (var index = 0; index < prepared.Count; index++)
            _links.Open(_plan, change.Inbound.Added[index], prepared[index], Incarnation.New());
        foreach (var link in change.Outbound.Added)
            OpenOutbound(link, Incarnation.New());
        _links.Redirect(_plan, change.Inbound, change.Outbound);
        _links.Retire(change.Inbound, change.Outbound);
    }

    /// <summary>
    /// Asks the pod's media operators to end: sources at once, the others when their inputs have ended or nothing more comes, at the latest
    /// after their part of the time.
    /// </summary>
    public void BeginDrain(TimeSpan time)
    {
        _logger.LogInformation("pod {Pod} is ending: its media operators have {Seconds:0.#} s, {Links} inbound links", _plan.Pod,
            (time * OperatorsShare).TotalSeconds, Inbound.Count);
        _attach.Stop(time * OperatorsShare, "the pod is ending");
        // The peers of a batch end as well, and the ends of their streams have to come. A streaming pod has a successor, which gets what
        // this one does not take.
        if (_plan.Execution != Execution.Streaming)
            return;
        foreach (var (port, _) in Inbound)
            port.TakeNoMore();
    }

    /// <summary>
    /// After <see cref="BeginDrain"/>: waits until the media operators have ended and the links are empty. False: the time was over first.
    /// </summary>
    public bool AwaitDrained(TimeSpan time)
    {
        var limit = DateTime.UtcNow + time;
        while (HasLivingOperators || Outbound.Any(one => !one.Port.IsEmpty))
        {
            if (DateTime.UtcNow > limit)
                return false;
            EndIdleOperators();
            Thread.Sleep(10);
        }
        return Outbound.All(one => one.Link.Drain(limit - DateTime.UtcNow is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero));
    }

    // What reads memory first, then the memory. The caller has ended the attach sessions before.
    public void Dispose()
    {
        _links.Dispose();
        Ports.Dispose();
    }

    private void Open(IReadOnlyList<IngressBridge> inbound, Incarnation incarnation)
    {
        for (var index = 0; index < inbound.Count; index++)
            _links.Open(_plan, _plan.Inbound[index], inbound[index], incarnation);
        foreach (var link in _plan.Outbound)
            _links.Open(_plan, link, incarnation);
        foreach (var name in Registry.Completed)
            StandInFor(name);
        _links.Start();
        _attach.Pod = new AttachablePod(_plan, Ports, Registry, _links.Fabrics.MayUseDevice);
    }

    private void OpenOutbound(LinkPlan link, Incarnation incarnation)
    {
        _links.Open(_plan, link, incarnation);
        var port = Outbound[^1].Port;
        foreach (var name in Registry.Completed.Intersect(PodTopology.ProducersInto(_plan, link)))
            port.ProducerCompleted(name);
    }

    // What landed before is read and given back, or kept to the end by an encoder; who still waits for input would wait for the
    // successor's.
    private void EndIdleOperators()
    {
        if (_plan.Execution != Execution.Streaming || Inbound.Count == 0 || HasLivingSources())
            return;
        var (standing, now) = (Standing(), MonotonicClock.Nanoseconds);
        if (standing != _standing)
            (_standing, _standsSinceNs) = (standing, now);
        else if (_standsSinceNs > 0 && now - _standsSinceNs > StandingNs)
        {
            _standsSinceNs = 0;
            _logger.LogInformation("pod {Pod}: nothing more comes, its media operators are asked to end now", _plan.Pod);
            _attach.Stop(TimeSpan.FromMilliseconds(1), "nothing more comes");
        }
    }

    private long Standing() => Inbound.Aggregate(1L, (sum, one) => (((sum * 31) + (long)one.Port.LastSequence) * 31) + one.Port.NotDone);

    private bool HasLivingSources()
    {
        var sources = _plan.Operators.Where(one => one.Inputs.Count == 0).Select(one => one.Name).ToHashSet();
        return HasLiving(end => sources.Contains(end.OperatorName));
    }

    private bool HasLiving(Func<MediaOperatorEndpoint, bool> isMeant)
    {
        var living = false;
        Ports.Visit((ends, _) => living = ends.Any(end => end is MediaOperatorEndpoint { IsAlive: true } one && isMeant(one)));
        return living;
    }

    private void StandInFor(string completed)
    {
        Ports.AddCompleted(completed);
        foreach (var link in _plan.Outbound.Where(link => PodTopology.ProducersInto(_plan, link).Contains(completed)))
            Outbound.FirstOrDefault(one => one.Port.Name == PodTopology.OutboundEnd(link))?.Port.ProducerCompleted(completed);
    }

    private static WaitPolicy WaitPolicyOf(PollingPlan polling) => new(polling.Mode switch
    {
        PollingMode.Busy => WaitMode.Busy,
        PollingMode.Event => WaitMode.Event,
        _ => WaitMode.Hybrid,
    }, polling.SpinMicroseconds);
}
