using System.Security.Cryptography;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Links;

namespace K8sMediaFlow.Sidecar.Ports;

/// <summary>Listens on the pod's socket; each connection gets a session with a thread of its own, so that a silent one holds up nobody.</summary>
internal sealed class AttachServer : IDisposable
{
    /// <summary>More than any pod has media operators and tools; a process that opens connections in a loop is refused, not served.</summary>
    private const int SessionsMax = 256;

    private readonly LocalListener _listener;
    private readonly PodPorts _ports;
    private readonly SidecarPlan _plan;
    private readonly Incarnation _incarnation;
    private readonly string? _observerTokenSha256;
    private readonly OperatorRoster _roster;
    private readonly HashSet<AttachSession> _sessions = [];
    private readonly Thread _thread;
    private volatile bool _stopping;

    public AttachServer(string socketPath, PodPorts ports, SidecarPlan plan, Incarnation incarnation, OperatorRoster roster, string? observerTokenSha256)
    {
        _listener = new LocalListener(socketPath);
        (_ports, _plan, _incarnation, _roster, _observerTokenSha256) = (ports, plan, incarnation, roster, observerTokenSha256);
        _thread = new Thread(Accept) { IsBackground = true, Name = "attach" };
        _thread.Start();
    }

    public SidecarPlan Plan => _plan;

    public PodPorts Ports => _ports;

    public OperatorRoster Roster => _roster;

    public Incarnation Incarnation => _incarnation;

    /// <summary>Set when the pod ends: nobody new attaches.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Asks every attached media operator to end: sources end their streams, the others finish what comes.</summary>
    public void Stop(TimeSpan deadline, string reason)
    {
        IsDraining = true;
        _ports.Visit((ends, _) =>
        {
            foreach (var end in ends.OfType<OperatorEnd>().Where(end => end.IsAlive))
                end.SendStop((uint)deadline.TotalMilliseconds, reason);
        });
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
        while (!_stopping)
        {
            if (_listener.Accept(timeoutMs: 1000) is { } socket)
                Serve(socket);
        }
    }

    private void Serve(LocalSocket socket)
    {
        lock (_sessions)
        {
            if (_stopping || _sessions.Count >= SessionsMax)
            {
                socket.Dispose();
                return;
            }
            _sessions.Add(new AttachSession(this, socket, ended => Forget(ended)));
        }
    }

    private void Forget(AttachSession session)
    {
        lock (_sessions)
            _sessions.Remove(session);
    }
}
