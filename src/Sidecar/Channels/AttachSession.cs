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
    private const int MappedDeadlineMs = 30_000, SettleDeadlineMs = 10_000, DeadLivesMax = 1, ReasonCharsMax = 4_000;

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

    public AttachSession(AttachServer server, LocalSocket socket, Action<AttachSession> ended, ILogger logger)
    {
        (_server, _socket, _ended, _logger) = (server, socket, ended, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "session" };
    }

    /// <summary>It has not said its hello.</summary>
    public bool IsSilent { get; private set; } = true;

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
            Expel(garbage is PortProtocolException
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
    private void Expel(string reason)
    {
        if (_end is not null)
            _pod!.Ports.Expel(_end, reason);
        else if (_name is not null)
            Expelled(reason);
        else
            _logger.LogWarning("attach: a process without a name was sent away: {Reason}", reason);
    }

    private void Expelled(string reason)
    {
        _logger.LogWarning("{Name} is expelled: {Reason}", _name, reason);
        _pod!.Registry.Expel(_name!, _incarnation, reason);
    }

    private void Serve()
    {
        var length = ReceiveWithin((int)_server.HelloDeadline.TotalMilliseconds, "hello");
        if (length == 0)
            return;
        IsSilent = false;
        var message = _incoming.Read<AttachMessage.Reader>(length);
        if (message.Which != AttachMessage.Which.Hello)
            throw new PortProtocolException("a process", $"says {message.Which} before hello");
        var hello = message.Hello;
        _protocol = Math.Min(hello.ProtocolHighest, AttachMessage.Protocol);
        if (hello.ProtocolLowest > _protocol || _protocol < AttachMessage.ProtocolOldest)
            Refuse(AttachMessage.RefusalCode.VersionMismatch,
                $"the sidecar speaks protocols {AttachMessage.ProtocolOldest} to {AttachMessage.Protocol}, not {hello.ProtocolLowest} to {hello.ProtocolHighest}");
        else if ((_pod = _server.Pod) is null)
            Refuse(AttachMessage.RefusalCode.NoPlan,
                "the sidecar has no plan yet: it comes when the pods of all neighbours have addresses");
        else if (hello.Role == AttachMessage.Role.Observer)
            ServeObserver(hello.Token);
        else
            ServeOperator(in hello);
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
        else if (_protocol < AttachMessage.Protocol && PolicyEdgeOf(plan) is { } edge)
            Refuse(AttachMessage.RefusalCode.VersionMismatch,
                $"edge {edge} delivers at most once, which needs protocol {AttachMessage.Protocol}: {name}-{replica} speaks {hello.ProtocolLowest} to {hello.ProtocolHighest}");
        else if (_server.IsDraining)
            Refuse(AttachMessage.RefusalCode.Draining, "the pod is ending");
        else
            Attach(plan, PodTopology.MediaOperatorEndpoint(plan.Name, plan.Replica), incarnation);
    }

    private string? PolicyEdgeOf(MediaOperatorPlan plan) => _pod!.Plan.Edges.FirstOrDefault(edge => edge.Queue is not null
        && (plan.Inputs.Any(input => input.Edge == edge.Name) || plan.Outputs.Any(output => output.Edges.Contains(edge.Name))))?.Name;

    private void Attach(MediaOperatorPlan plan, string name, ulong incarnation)
    {
        if (_pod!.Registry.BarOf(name, incarnation) is { } bar)
        {
            Refuse(AttachMessage.RefusalCode.Expelled, bar);
            return;
        }
        if (!_pod!.Registry.TryReserve(name))
        {
            Refuse(AttachMessage.RefusalCode.NameTaken, $"another process is attaching as {name}");
            return;
        }
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
            _pod!.Registry.Release(name);
        }
        Listen();
    }

    // A reader may keep the last frame of a dead life until the next one brings another, so a life begins beside the last one's region.
    // Beside two it does not: memory has an end, and readers that hold on to both get nothing new from a third either.
    private bool IsFree(string name)
    {
        var limit = MonotonicClock.Nanoseconds + (SettleDeadlineMs * 1_000_000L);
        while (!_pod!.Ports.IsAlive(name) && _pod!.Ports.DeadLives(name) > DeadLivesMax && MonotonicClock.Nanoseconds < limit)
            Thread.Sleep(2);
        if (_pod!.Ports.IsAlive(name))
            Refuse(AttachMessage.RefusalCode.NameTaken, $"a living process is attached as {name}");
        else if (_pod!.Ports.DeadLives(name) > DeadLivesMax)
            Refuse(AttachMessage.RefusalCode.NameTaken, $"readers still hold frames of the last two lives of {name}");
        else
            return true;
        return false;
    }

    // Huge pages are the memory that runs out; what the process cannot have, it is told, and everybody who reads the status.
    private PodRegion? RegionFor(MediaOperatorPlan plan)
    {
        try
        {
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
            (edge, isProducer) => WelcomeMessage.SideOf(plan, edge, isProducer), Expelled);
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

    private void AwaitOwnMapping(MediaOperatorEndpoint end)
    {
        var length = ReceiveWithin(MappedDeadlineMs, "regionMapped");
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
