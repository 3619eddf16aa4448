using System.Security.Cryptography;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Attaching;
using Received = K8sMediaFlow.Staging.Attaching.AttachMessage;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// The background thread of an operator: attaches, reads the connection, and attaches again when the sidecar has died. It also looks at
/// the return rings now and then, for operators that are busy in their own code.
/// </summary>
internal sealed class AttachLoop(MediaOperatorCore core)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RegionTable _regions = new();
    private readonly MessageBuffer _buffer = new(AttachConnection.MessageBytesMax);
    private readonly ulong _incarnation = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private readonly Handshake _handshake = new(core);

    // A connection that was seen here must not be disposed before it is shut down: its descriptor may be another's by then.
    private readonly Lock _leaving = new();
    private Timer? _deadline;
    private volatile AttachConnection? _connection;
    private volatile bool _ended;
    private ulong _lastSidecar;

    /// <summary>Completes when doorbell, ports and own region are there; fails as the first attach does.</summary>
    public Task Start()
    {
        new Thread(Run) { IsBackground = true, Name = "k8smediaflow attach" }.Start();
        return _attached.Task;
    }

    /// <summary>Gives the lease up, and ends with the thread.</summary>
    public async Task EndAsync()
    {
        _ended = true;
        lock (_leaving)
            _connection?.Shutdown();
        await _left.Task;
        if (_deadline is { } deadline)
            await deadline.DisposeAsync();
    }

    private void Run()
    {
        try
        {
            var timeout = core.Options.AttachTimeout;
            while (!_ended && _handshake.Attach(_incarnation, _lastSidecar, timeout, () => _ended) is { } connection)
            {
                Serve(connection);
                timeout = core.Options.ReattachTimeout;
            }
        }
        catch (Exception failure) when (failure is MediaOperatorException or StagingException or NativeException or CapnProtoException)
        {
            var reason = failure as MediaOperatorException
                ?? new MediaOperatorException(MediaOperatorError.Protocol, $"The attach to the sidecar failed: {failure.Message}", failure);
            core.Fail(reason);
            _attached.TrySetException(reason);
        }
        _attached.TrySetException(new MediaOperatorException(MediaOperatorError.Closed,
            "The operator was disposed before it was attached."));
        _left.SetResult();
    }

    private void Serve(AttachConnection connection)
    {
        _connection = connection;
        using var session = new Session(core, connection, _regions)
        {
            SidecarIncarnation = _handshake.SidecarIncarnation,
            Waiting = _handshake.Waiting,
        };
        _lastSidecar = session.SidecarIncarnation;
        lock (core.Gate)
            core.Begin(session);
        core.Log.Attached(core.Options.Name, core.Options.Replica, core.Options.SocketPath);
        try
        {
            while (!_ended && Read(connection, session))
                if (session.IsComplete)
                    _attached.TrySetResult();
        }
        finally
        {
            lock (_leaving)
                _connection = null;
            session.Detach();
            if (!_ended)
                core.Log.SidecarLost(core.Options.Name, core.Options.Replica);
        }
    }

    private bool Read(AttachConnection connection, Session session)
    {
        var receipt = connection.Receive(Tick, out var message);
        using (message)
        {
            if (receipt == AttachReceipt.Message)
                Handle(message!, session);
        }
        lock (core.Gate)
        {
            core.Poll();
            if (receipt != AttachReceipt.Message)
                core.Watch();
        }
        return receipt != AttachReceipt.Closed;
    }

    private void Handle(Received received, Session session)
    {
        received.Bytes.CopyTo(_buffer.Bytes);
        var message = _buffer.Read<Messages.AttachMessage.Reader>(received.Bytes.Length);
        switch (message.Which)
        {
            case Messages.AttachMessage.Which.Doorbell:
                session.OnDoorbell(received);
                break;
            case Messages.AttachMessage.Which.Region:
                session.OnRegion(message.Region, received);
                break;
            case Messages.AttachMessage.Which.RegionGone:
                session.OnRegionGone(message.RegionGone.Region);
                break;
            case Messages.AttachMessage.Which.ChannelRegion:
                session.OnChannelRegion(message.ChannelRegion.Channel, message.ChannelRegion.Index, message.ChannelRegion.Region);
                break;
            case Messages.AttachMessage.Which.Channel:
                session.OnChannel(message.Channel, received);
                break;
            case Messages.AttachMessage.Which.ChannelClosed:
                session.OnChannelClosed(message.ChannelClosed.Channel, message.ChannelClosed.Reason);
                break;
            case Messages.AttachMessage.Which.ConsumerGone:
                session.OnConsumerGone(message.ConsumerGone.Channel);
                break;
            case Messages.AttachMessage.Which.ProducerCompleted:
                session.OnProducerCompleted(message.ProducerCompleted.Port.ToString(), message.ProducerCompleted.Peer.ToString());
                break;
            case Messages.AttachMessage.Which.EdgePolicy:
                session.OnEdgePolicy(message.EdgePolicy);
                break;
            case Messages.AttachMessage.Which.Stop:
                Stop(TimeSpan.FromMilliseconds(message.Stop.DeadlineMilliseconds));
                break;
            case Messages.AttachMessage.Which.CompletedKept:
                session.OnCompletedKept();
                break;
            case Messages.AttachMessage.Which.Violation when message.Violation.Channel == 0:
                throw new MediaOperatorException(MediaOperatorError.Protocol,
                    $"The sidecar ended the attach: {message.Violation.Reason.ToString()}");
            case Messages.AttachMessage.Which.Violation:
                session.OnChannelClosed(message.Violation.Channel, Messages.AttachMessage.ClosedReason.Violation);
                break;
        }
    }

    /// <summary>A source ends its streams at once; the others finish what comes, until the deadline that was named last.</summary>
    private void Stop(TimeSpan deadline)
    {
        core.Log.StopAsked(core.Options.Name, core.Options.Replica);
        if (core.Inputs.Count == 0)
            core.Stop();
        else if (deadline > TimeSpan.Zero)
        {
            _deadline ??= new Timer(static state => ((MediaOperatorCore)state!).Stop(), core, Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            _deadline.Change(deadline, Timeout.InfiniteTimeSpan);
        }
    }
}
