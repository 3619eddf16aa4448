using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// One connection on the attach socket, from its hello to its close. The open connection is the lease: when it closes, the process is dead.
/// </summary>
internal sealed class AttachSession : IDisposable
{
    private const int DeadLivesMax = 1, ReasonCharsMax = 4_000;

    private static readonly TimeSpan SettleDeadline = TimeSpan.FromSeconds(10);

    /// <summary>How often a wait looks whether the process is still there.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly AttachServer _server;
    private readonly LocalSocket _socket;
    private readonly Action<AttachSession> _ended;
    private readonly ILogger _logger;
    private readonly MessageBuffer _incoming = new(64 * 1024), _outgoing = new(64 * 1024);
    private readonly Lock _closing = new();
    private readonly Thread _thread;
    private bool _isClosed;
    private AttachablePod? _pod;
    private MediaOperatorEndpoint? _end;
    private string? _name;
    private ulong _incarnation;
    private ushort _protocol;

    /// <param name="server">Where it connected.</param>
    /// <param name="number">Higher than those of earlier connections.</param>
    /// <param name="socket">The connection, owned by this object from <see cref="Start"/> on.</param>
    /// <param name="ended">Told once, on the session's thread.</param>
    /// <param name="logger">Of what becomes of it.</param>
    public AttachSession(AttachServer server, long number, LocalSocket socket, Action<AttachSession> ended, ILogger logger)
    {
        (_server, Number, _socket, _ended, _logger) = (server, number, socket, ended, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "session" };
    }

    public long Number { get; }

    /// <summary>It has not said its hello, or nobody can check it yet because there is no plan.</summary>
    public bool IsSilent { get; private set; } = true;

    /// <summary>As whom it attaches, once it has proved that; null before.</summary>
    public AttachClaim? Claim { get; private set; }

    /// <summary>The process has closed the connection, or was sent away.</summary>
    public bool HasLeft
    {
        get
        {
            lock (_closing)
                return _isClosed || _socket.HasPeerLeft;
        }
    }

    /// <summary>It had to make room.</summary>
    public bool IsSentAway { get; private set; }

    /// <exception cref="OutOfMemoryException">There is no thread for it; the socket stays the caller's.</exception>
    public void Start() => _thread.Start();

    /// <summary>Ends the connection; the session's thread sees it.</summary>
    public void SendAway()
    {
        IsSentAway = true;
        lock (_closing)
        {
            if (!_isClosed)
                _socket.Shutdown();
        }
        _server.Changes.Raise();
    }

    public void Dispose()
    {
        SendAway();
        _thread.Join();
    }

    // The shell: classifies how the session ended. Whatever a peer sent, the sidecar goes on.
    private void Run()
    {
        try
        {
            Serve();
        }
        catch (Exception lost) when (lost is NativeException { IsTooLong: false } or StagingException or TimeoutException or IOException)
        {
            Lose(lost.Message);
        }
        catch (Exception garbage) when (garbage is not InvariantException)
        {
            // Also what the runtime throws at absurd lengths and texts: nothing that a peer says may end more than its session.
            Ban(garbage is PortProtocolException
                ? garbage.Message
                : $"{_name} sent the sidecar what is no attach message: {garbage.Message} ({garbage.GetType().Name})");
        }
        catch (InvariantException fault)
        {
            // Our own mistake, not the peer's: the process ends, and this says first why.
            _logger.LogCritical("{Name}: {Fault}", _name ?? "attach", fault.ToString());
            throw;
        }
        finally
        {
            _socket.Shutdown();
            if (_end is not null)
                _pod!.Ports.Died(_end);
            lock (_closing)
            {
                _isClosed = true;
                _socket.Dispose();
            }
            _ended(this);
        }
    }

    private void Lose(string reason)
    {
        _logger.LogInformation("{Name}: attach connection ended: {Reason}", _name ?? "attach", reason);
        if (_end is { EndedBy: AttachMessage.ClosedReason.PeerDied })
            _pod!.Registry.Set(_name!, _incarnation, MediaOperatorState.Lost, reason);
    }

    // Before the process has proved its name no media operator is to blame; between that and the ports, there is nothing yet that they
    // would have to settle.
    private void Ban(string reason)
    {
        if (_end is not null)
            _pod!.Ports.Ban(_end, reason);
        else if (_name is not null)
            Banned(reason);
        else
            _logger.LogWarning("attach: a process without a name was sent away: {Reason}", reason);
    }

    private void Banned(string reason)
    {
        _logger.LogWarning("{Name} is banned: {Reason}", _name, reason);
        _pod!.Registry.Ban(_name!, _incarnation, reason);
    }

    private void Serve()
    {
        var length = ReceiveWithin((int)_server.HelloDeadline.TotalMilliseconds, "hello");
        if (length == 0)
            return;
        var message = _incoming.Read<AttachMessage.Reader>(length);
        if (message.Which != AttachMessage.Which.Hello)
            throw new PortProtocolException("a process", $"says {message.Which} before hello");
        var hello = message.Hello;
        _protocol = Math.Min(hello.ProtocolHighest, AttachMessage.Protocol);
        if (hello.ProtocolLowest > _protocol || _protocol < AttachMessage.ProtocolOldest)
            Refuse(AttachMessage.RefusalCode.VersionMismatch,
                $"the sidecar speaks protocols {AttachMessage.ProtocolOldest} to {AttachMessage.Protocol}, not {hello.ProtocolLowest} to {hello.ProtocolHighest}");
        else if ((_pod = AwaitPod()) is null)
            Refuse(AttachMessage.RefusalCode.NoPlan,
                "the sidecar has no plan yet: it comes when the pods of all neighbours have addresses");
        else if (hello.Role == AttachMessage.Role.Observer)
            ServeObserver(hello.Token);
        else
            ServeOperator(in hello);
    }

    // The first plan comes at any moment; a process that is sent away until then would ask again and again, or too late.
    private AttachablePod? AwaitPod()
    {
        var limit = Limit(_server.PlanPatience);
        while (WaitsOn(limit, () => _server.Pod is null, _server.Changes))
        {
        }
        IsSilent = false;
        return _server.Pod;
    }

    private void ServeObserver(ReadOnlySpan<byte> token)
    {
        if (_server.IsObserver(token))
            DiagnosticSnapshot.Show(_pod!.Ports, _socket, _outgoing);
        else
            Refuse(AttachMessage.RefusalCode.BadToken, "the token is not the observer's");
    }

    private void ServeOperator(in AttachMessage.Hello.Reader hello)
    {
        var (name, replica, incarnation) = (hello.Operator.ToString(), (int)hello.Replica, hello.Incarnation);
        var plan = _pod!.Plan.Operators.FirstOrDefault(one => one.Name == name && one.Replica == replica);
        if (plan is null)
            Refuse(AttachMessage.RefusalCode.UnknownOperator, $"pod {_pod!.Plan.Pod} has no media operator '{name}' replica {replica}");
        else if (!AttachServer.Matches(hello.Token, plan.TokenSha256))
            Refuse(AttachMessage.RefusalCode.BadToken, $"the token is not that of {name}-{replica}");
        else if (_protocol < AttachMessage.Protocol && EdgeOfToday(plan) is { } edge)
            Refuse(AttachMessage.RefusalCode.VersionMismatch,
                $"edge {edge}, which needs protocol {AttachMessage.Protocol}: {name}-{replica} speaks {hello.ProtocolLowest} to {hello.ProtocolHighest}");
        else if (_server.IsDraining)
            Refuse(AttachMessage.RefusalCode.Draining, "the pod is ending");
        else
            Attach(plan, PodTopology.MediaOperatorEndpoint(plan.Name, plan.Replica), incarnation);
    }

    private string? EdgeOfToday(MediaOperatorPlan plan) => _pod!.Plan.Edges
        .Where(edge => plan.Inputs.Any(input => input.Edge == edge.Name) || plan.Outputs.Any(output => output.Edges.Contains(edge.Name)))
        .Select(edge => edge.Queue is not null ? $"{edge.Name} delivers at most once"
            : edge.KeyField is not null ? $"{edge.Name} deals frames out by key" : null)
        .FirstOrDefault(what => what is not null);

    private void Attach(MediaOperatorPlan plan, string name, ulong incarnation)
    {
        if (_pod!.Registry.BanOf(name, incarnation) is { } ban)
        {
            Refuse(AttachMessage.RefusalCode.Banned, ban);
            return;
        }
        Claim = new AttachClaim(name, incarnation);
        _server.SendAwayBefore(this);
        if (!TakesTurn(name))
            return;
        try
        {
            if (!IsFree(name))
                return;
            (_name, _incarnation) = (name, incarnation);
            if (RegionFor(plan) is not { } region)
                return;
            Introduce(plan, region);
            _pod!.Registry.Attach(name, incarnation);
            _pod!.Ports.Add(_end!);
        }
        finally
        {
            _server.Turns.End(name);
            _server.Changes.Raise();
        }
        Listen();
    }

    private bool TakesTurn(string name)
    {
        var limit = Limit(SettleDeadline);
        AttachSession? other = null;
        while (WaitsOn(limit, () => (other = _server.Turns.TryBegin(name, this)) is { HasLeft: true }, _server.Changes))
        {
        }
        if (other is not null)
            Refuse(AttachMessage.RefusalCode.NameTaken, $"another process is attaching as {name}");
        return other is null;
    }

    // A reader may keep the last frame of a dead life until the next one brings another, so a life begins beside the last one's region.
    // Beside two it does not: memory has an end, and readers that hold on to both get nothing new from a third either.
    private bool IsFree(string name)
    {
        var limit = Limit(SettleDeadline);
        while (WaitsOn(limit, () => _pod!.Ports.IsAlive(name) ? _server.HasLeaving(name, this)
            : _pod!.Ports.DeadLives(name) > DeadLivesMax, _server.Changes, _pod!.Ports.Changes))
        {
        }
        if (_pod!.Ports.IsAlive(name))
            Refuse(AttachMessage.RefusalCode.NameTaken, $"a living process is attached as {name}");
        else if (_pod!.Ports.DeadLives(name) > DeadLivesMax)
            Refuse(AttachMessage.RefusalCode.NameTaken, $"readers still hold frames of the last two lives of {name}");
        else
            return true;
        return false;
    }

    private static long Limit(TimeSpan span) => MonotonicClock.Nanoseconds + (long)span.TotalNanoseconds;

    /// <summary>Waits for a change where there is something to wait for. False: there is not, or it has taken too long.</summary>
    /// <exception cref="EndOfStreamException">The process has left meanwhile: nobody is there to be let in.</exception>
    private bool WaitsOn(long limitNs, Func<bool> isDue, params ReadOnlySpan<ChangeSignal> signals)
    {
        Task[] changes = [.. signals.ToArray().Select(signal => signal.Next)];
        if (HasLeft)
            throw new EndOfStreamException("it was given up before it was served");
        if (!isDue() || MonotonicClock.Nanoseconds > limitNs)
            return false;
        Task.WaitAny(changes, Step);
        return true;
    }

    // Huge pages are the memory that runs out; what the process cannot have, it is told, and everybody who reads the status.
    private PodRegion? RegionFor(MediaOperatorPlan plan)
    {
        try
        {
            _logger.LogDebug("{Name} is given a region", _name);
            return PodRegion.Create(_name!, plan.RegionClasses, _pod!.Plan.HugePages, _pod!.DeviceReads);
        }
        catch (StagingException missing) when (missing.Error == StagingError.OutOfMemory)
        {
            _logger.LogError("{Name}: {Missing}", _name, missing.Message);
            _pod!.Registry.Set(_name!, _incarnation, MediaOperatorState.Failed, missing.Message);
            Refuse(AttachMessage.RefusalCode.OutOfMemory, missing.Message);
            return null;
        }
    }

    private void Introduce(MediaOperatorPlan plan, PodRegion region)
    {
        var end = new MediaOperatorEndpoint(plan.Name, plan.Replica, _socket, region,
            (edge, isProducer) => WelcomeMessage.SideOf(plan, edge, isProducer), Banned);
        try
        {
            WelcomeMessage.Write(_outgoing.Begin<AttachMessage.Builder>().InitWelcome(), _pod!.Plan, plan, _server.Incarnation, _protocol);
            _socket.Send(_outgoing.Finish().Span);
            end.SendDoorbell();
            end.SendOwnRegion();
            AwaitOwnMapping(end);
            region.Seal();
            _end = end;
        }
        finally
        {
            if (_end is null)
                end.Dispose();
        }
    }

    // Without limit: the open connection is the lease, and a process that is mapping memory may be starved.
    private void AwaitOwnMapping(MediaOperatorEndpoint end)
    {
        var length = Receive((int)_server.MappedPatience.TotalMilliseconds);
        if (length == LocalSocket.TimedOut)
        {
            _logger.LogWarning("{Name} has not mapped its region for {Seconds} s: it hangs, or gets no time to run. It keeps its name",
                end.Name, _server.MappedPatience.TotalSeconds);
            length = Receive(timeoutMs: -1);
        }
        if (length == 0)
            throw new EndOfStreamException($"{end.Name} closed before it had mapped its region");
        var message = _incoming.Read<AttachMessage.Reader>(length);
        if (message.Which != AttachMessage.Which.RegionMapped || end.RegionOf(message.RegionMapped.Region) != end.OwnRegion)
            throw new PortProtocolException(end.Name, $"says {message.Which} where regionMapped of its own region is due");
    }

    private void Listen()
    {
        while (Receive(timeoutMs: -1) is var length and > 0)
            Take(_incoming.Read<AttachMessage.Reader>(length));
        if (_end!.EndedBy == AttachMessage.ClosedReason.PeerDied)
            _pod!.Registry.Set(_end.Name, _incarnation, MediaOperatorState.Lost, "its connection closed without a last word");
    }

    private void Take(AttachMessage.Reader message)
    {
        var (end, ports) = (_end!, _pod!.Ports);
        switch (message.Which)
        {
            case AttachMessage.Which.RegionMapped:
                ports.RegionMapped(end, end.RegionOf(message.RegionMapped.Region));
                break;
            case AttachMessage.Which.ChannelRegionReady:
                ports.ChannelRegionReady(end, message.ChannelRegionReady.Channel, message.ChannelRegionReady.Index);
                break;
            case AttachMessage.Which.ChannelReady:
                ports.ChannelReady(end, message.ChannelReady.Channel);
                break;
            case AttachMessage.Which.Goodbye:
                ports.Goodbye(end, message.Goodbye.Channel);
                break;
            case AttachMessage.Which.Completed:
                EndsBy(AttachMessage.ClosedReason.PeerCompleted, MediaOperatorState.Completed, "");
                ports.Completed(end);
                break;
            case AttachMessage.Which.Failed:
                EndsBy(AttachMessage.ClosedReason.PeerFailed, MediaOperatorState.Failed, Cut(message.Failed.Reason.ToString()));
                break;
            case AttachMessage.Which.Violation:
                ports.Violation(end, message.Violation.Channel, Cut(message.Violation.Reason.ToString()));
                break;
            default:
                throw new PortProtocolException(end.Name, $"says {message.Which}, which is not for it to say now");
        }
    }

    // A peer's words go into messages of ours, which have to fit.
    private static string Cut(string reason) => reason.Length > ReasonCharsMax ? reason[..ReasonCharsMax] : reason;

    private void EndsBy(AttachMessage.ClosedReason ending, MediaOperatorState state, string reason)
    {
        _pod!.Ports.EndsBy(_end!, ending);
        _pod!.Registry.Set(_end!.Name, _incarnation, state, reason);
    }

    private void Refuse(AttachMessage.RefusalCode code, string reason)
    {
        var refused = _outgoing.Begin<AttachMessage.Builder>().InitRefused();
        refused.Code = code;
        refused.Reason = reason;
        _socket.Send(_outgoing.Finish().Span);
    }

    private int ReceiveWithin(int deadlineMs, string what)
    {
        var length = Receive(deadlineMs);
        return length == LocalSocket.TimedOut ? throw new TimeoutException($"no {what} within {deadlineMs} ms") : length;
    }

    // No message to the sidecar carries descriptors: those that come all the same are refused with their message.
    private int Receive(int timeoutMs) => _socket.Receive(_incoming.Bytes, [], out _, timeoutMs);
}

/// <summary>As whom a process attaches: its name, and which life of it.</summary>
internal sealed record AttachClaim(string Name, ulong Incarnation);
