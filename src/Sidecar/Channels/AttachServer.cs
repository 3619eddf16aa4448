using System.Security.Cryptography;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>What media operators find behind the socket once there is a plan.</summary>
/// <param name="Plan">The plan in force.</param>
/// <param name="Ports">Where they are introduced to each other.</param>
/// <param name="Registry">What has become of them.</param>
/// <param name="DeviceReads">Its regions are made so that an RNIC can read them.</param>
internal sealed record AttachablePod(SidecarPlan Plan, ChannelBroker Ports, MediaOperatorRegistry Registry, bool DeviceReads = false);

/// <summary>
/// Listens on the pod's socket, from before there is a plan; each connection gets a session with a thread of its own, so that a silent one
/// holds up no other.
/// </summary>
/// <remarks>
/// Any process of the pod may connect. One that opens connections in a loop gets no more than its part: where all places are taken, the
/// session that has been silent longest makes room, and a process that says its hello at once is not that one. Where descriptors or threads
/// run out, those who are attached notice nothing.
/// </remarks>
internal sealed class AttachServer : IDisposable
{
    /// <summary>
    /// Sessions beyond one for each media operator of the plan: for tools, for a new life that overlaps the last one, and for attaches
    /// before there is a plan.
    /// </summary>
    public const int SpareSessions = 256;

    private const int ShortagePauseMs = 10;

    private readonly LocalListener _listener;
    private readonly Incarnation _incarnation;
    private readonly string? _observerTokenSha256;
    private readonly ILogger _logger;
    private readonly List<AttachSession> _sessions = [];
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile AttachablePod? _pod;
    private long _lastNumber;

    public AttachServer(string socketPath, Incarnation incarnation, string? observerTokenSha256, ILogger logger)
    {
        _listener = new LocalListener(socketPath);
        (_incarnation, _observerTokenSha256, _logger) = (incarnation, observerTokenSha256, logger);
        _thread = new Thread(Accept) { IsBackground = true, Name = "attach" };
        _thread.Start();
    }

    /// <summary>Null while there is no plan. Set for processes that attach from then on; those who are attached notice nothing.</summary>
    public AttachablePod? Pod
    {
        get => _pod;
        set
        {
            _pod = value;
            Changes.Raise();
        }
    }

    /// <summary>There is a plan, or a session is ending or has ended, or its turn has.</summary>
    public ChangeSignal Changes { get; } = new();

    /// <summary>Who is on its way in.</summary>
    public AttachTurns Turns { get; } = new();

    public Incarnation Incarnation => _incarnation;

    /// <summary>
    /// How long a process may be silent after it has connected. Long, because a starved process may get no processor between the two, and
    /// because a silent connection only takes a place that others get when they need it.
    /// </summary>
    public TimeSpan HelloDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a hello waits for the first plan before it is refused with NoPlan. Shorter than the 10 s for which the SDKs of releases up
    /// to 0.1 wait for an answer.
    /// </summary>
    public TimeSpan PlanPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process may take to map its region before the log says that it is waited for.</summary>
    public TimeSpan MappedPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Set when the pod ends: no process attaches any more.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Asks every attached media operator to end: sources end their streams, the others finish what comes.</summary>
    public void Stop(TimeSpan deadline, string reason)
    {
        IsDraining = true;
        _pod?.Ports.Visit((ends, _) =>
        {
            foreach (var end in ends.OfType<MediaOperatorEndpoint>().Where(end => end.IsAlive))
                end.SendStop((uint)deadline.TotalMilliseconds, reason);
        });
    }

    /// <summary>
    /// Of two attempts of one process the later one counts: it has given up the earlier one, whether or not its close has been seen here.
    /// </summary>
    public void SendAwayBefore(AttachSession latest)
    {
        AttachSession[] earlier;
        lock (_sessions)
            earlier = [.. _sessions.Where(one => one.Number < latest.Number && one.Claim is { } claim && claim == latest.Claim)];
        foreach (var session in earlier)
            session.SendAway();
    }

    /// <summary>Somebody else of that name has left, or was sent away, and its session has not ended yet.</summary>
    public bool HasLeaving(string name, AttachSession but)
    {
        lock (_sessions)
            return _sessions.Exists(one => one != but && one.Claim?.Name == name && one.HasLeft);
    }

    public bool IsObserver(ReadOnlySpan<byte> token) => _observerTokenSha256 is { } hash && Matches(token, hash);

    /// <summary>Whether the token's SHA-256 is the given lower-case hex, compared in constant time.</summary>
    public static bool Matches(ReadOnlySpan<byte> token, string sha256)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        return CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(sha256));
    }

    public void Dispose()
    {
        _stopping = true;
        _listener.Shutdown();
        _thread.Join();
        AttachSession[] living;
        lock (_sessions)
            living = [.. _sessions];
        foreach (var session in living)
            session.Dispose();
        _listener.Dispose();
    }

    private void Accept()
    {
        var isShort = false;
        while (!_stopping)
        {
            try
            {
                if (_listener.Accept(timeoutMs: 1000) is { } socket)
                    Serve(socket);
                isShort = false;
            }
            catch (Exception shortage) when (shortage is NativeException or OutOfMemoryException)
            {
                // No descriptor or no thread is left. The pause keeps this from spinning; one line in the log says it.
                if (!isShort && !_stopping)
                    _logger.LogWarning("attach: nobody can be let in now: {Shortage}", shortage.Message);
                isShort = true;
                Thread.Sleep(ShortagePauseMs);
            }
        }
    }

    private void Serve(LocalSocket socket)
    {
        lock (_sessions)
        {
            if (_stopping || !TryMakeRoom())
            {
                socket.Dispose();
                return;
            }
            var session = new AttachSession(this, ++_lastNumber, socket, Forget, _logger);
            _sessions.Add(session);
            try
            {
                session.Start();
            }
            catch
            {
                _sessions.Remove(session);
                socket.Dispose();
                throw;
            }
        }
    }

    // A session that was sent away has no part in the count: its thread is on its way out.
    private bool TryMakeRoom()
    {
        if (_sessions.Count(session => !session.IsSentAway) < SpareSessions + (_pod?.Plan.Operators.Count ?? 0))
            return true;
        var silent = _sessions.Find(session => session is { IsSilent: true, IsSentAway: false });
        silent?.SendAway();
        return silent is not null;
    }

    private void Forget(AttachSession session)
    {
        lock (_sessions)
            _sessions.Remove(session);
        Changes.Raise();
    }
}
