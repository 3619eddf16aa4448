using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Ports;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// From nothing to a connection that has said welcome. Tries again, with growing pauses, while the sidecar is not there or not ready.
/// </summary>
internal sealed class Handshake(MediaOperatorCore core)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private readonly MessageBuffer _buffer = new(AttachConnection.MessageBytesMax);
    private bool _hasPorts, _waitsForPlan;

    public ulong SidecarIncarnation { get; private set; }

    public WaitPolicy Waiting { get; private set; }

    /// <summary>Null: ended meanwhile.</summary>
    /// <exception cref="MediaOperatorException">Refused permanently, or out of reach until the timeout.</exception>
    public AttachConnection? Attach(ulong incarnation, ulong lastSidecar, TimeSpan timeout, Func<bool> hasEnded)
    {
        var untilNs = MonotonicClock.Nanoseconds + timeout.Ticks * 100;
        for (var pause = PauseMin; !hasEnded(); pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            if (TryAttach(incarnation, lastSidecar, out var why) is { } connection)
                return connection;
            core.Log.NotAttachedYet(core.Options.Name, core.Options.Replica, why);
            // Such a sidecar lives: its plan comes when the pods of all neighbours have addresses, which is no fault of ours or of time.
            untilNs = _waitsForPlan ? MonotonicClock.Nanoseconds + timeout.Ticks * 100 : untilNs;
            if (MonotonicClock.Nanoseconds > untilNs)
                throw new MediaOperatorException(MediaOperatorError.Unreachable,
                    $"No attach to the sidecar at {core.Options.SocketPath} within {timeout.TotalSeconds:0.#} s: {why}");
            // Jitter: all operators of a pod lose their sidecar in the same moment.
            Thread.Sleep(pause * (0.5 + Random.Shared.NextDouble()));
        }
        return null;
    }

    private AttachConnection? TryAttach(ulong incarnation, ulong lastSidecar, out string why)
    {
        AttachConnection? connection = null;
        _waitsForPlan = false;
        try
        {
            connection = AttachConnection.Connect(core.Options.SocketPath, PauseMax);
            new AttachWriter(connection).Hello(core.Options, ReadToken(), incarnation, lastSidecar);
            if (IsWelcome(connection, out why))
                return connection;
        }
        catch (StagingException failure)
        {
            why = failure.Message;
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
        connection?.Dispose();
        return null;
    }

    private byte[] ReadToken()
    {
        try
        {
            return File.ReadAllBytes(core.Options.TokenFile);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MediaOperatorException(MediaOperatorError.Environment,
                $"K8SMEDIAFLOW_TOKEN_FILE names '{core.Options.TokenFile}', which cannot be read: {failure.Message}", failure);
        }
    }

    private bool IsWelcome(AttachConnection connection, out string why)
    {
        var receipt = connection.Receive(AnswerTimeout, out var received);
        using (received)
        {
            why = receipt == AttachReceipt.Closed
                ? "the sidecar closed the connection"
                : $"no answer within {AnswerTimeout.TotalSeconds} s";
            if (receipt != AttachReceipt.Message)
                return false;
            received!.Bytes.CopyTo(_buffer.Bytes);
            var message = _buffer.Read<Messages.AttachMessage.Reader>(received.Bytes.Length);
            if (message.Which == Messages.AttachMessage.Which.Refused)
                return Refused(message.Refused, out why);
            if (message.Which != Messages.AttachMessage.Which.Welcome)
                throw new MediaOperatorException(MediaOperatorError.Protocol, $"The sidecar answered hello with {message.Which}.");
            Welcome(message.Welcome);
            return true;
        }
    }

    private bool Refused(Messages.AttachMessage.Refused.Reader refused, out string why)
    {
        why = $"{refused.Code}: {refused.Reason.ToString()}";
        _waitsForPlan = refused.Code == Messages.AttachMessage.RefusalCode.NoPlan;
        // A dead predecessor's name is taken until the sidecar has noticed; a sidecar without plan or in a drain may be another one soon.
        if (refused.Code is Messages.AttachMessage.RefusalCode.NameTaken or Messages.AttachMessage.RefusalCode.NoPlan
            or Messages.AttachMessage.RefusalCode.Draining)
            return false;
        throw new MediaOperatorException(
            MediaOperatorError.Refused, $"The sidecar refused {core.Options.Name}/{core.Options.Replica}: {why}");
    }

    private void Welcome(Messages.AttachMessage.Welcome.Reader welcome)
    {
        SidecarIncarnation = welcome.SidecarIncarnation;
        core.IsStreaming = welcome.Execution == Messages.AttachMessage.Execution.Streaming;
        var mode = welcome.Waiting switch
        {
            Messages.AttachMessage.Waiting.Busy => WaitMode.Busy,
            Messages.AttachMessage.Waiting.Event => WaitMode.Event,
            _ => WaitMode.Hybrid,
        };
        Waiting = new WaitPolicy(mode, (int)Math.Min(welcome.SpinMicroseconds, 1_000_000));
        var inputs = new List<PortPlan>();
        foreach (var port in welcome.Inputs)
            inputs.Add(PortPlan.Read(port));
        var outputs = new List<PortPlan>();
        foreach (var port in welcome.Outputs)
            outputs.Add(PortPlan.Read(port));
        if (inputs.Count > 64 || outputs.Count > 64)
            throw new MediaOperatorException(MediaOperatorError.Protocol, "The sidecar's welcome has more than 64 ports of one direction.");
        Define(inputs, outputs);
    }

    private void Define(List<PortPlan> inputs, List<PortPlan> outputs)
    {
        if (!_hasPorts)
        {
            lock (core.Gate)
                core.DefinePorts(inputs, outputs);
            _hasPorts = true;
            return;
        }
        var same = inputs.Select(port => port.Name).SequenceEqual(core.Inputs.Select(port => port.Plan.Name))
            && outputs.Select(port => port.Name).SequenceEqual(core.Outputs.Select(port => port.Plan.Name));
        if (!same)
            throw new MediaOperatorException(
                MediaOperatorError.Refused, $"The plan has other ports for {core.Options.Name} than before: it must be started anew.");
    }
}
