using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Ports;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;
using Received = K8sMediaFlow.Staging.Attaching.AttachMessage;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// From nothing to a connection that has said welcome. Tries again, with growing pauses, while the sidecar is not there or not ready.
/// </summary>
internal sealed class Handshake(MediaOperatorCore core)
{
    private readonly MessageBuffer _buffer = new(AttachConnection.MessageBytesMax);
    private bool _hasPorts;

    public ulong SidecarIncarnation { get; private set; }

    public WaitPolicy Waiting { get; private set; }

    /// <summary>Null: ended meanwhile.</summary>
    /// <exception cref="MediaOperatorException">Refused permanently, or out of reach until the timeout.</exception>
    public AttachConnection? Attach(ulong incarnation, ulong lastSidecar, TimeSpan timeout, Func<bool> hasEnded)
    {
        for (var wait = new AttachWait(core, timeout, hasEnded); !wait.HasEnded; wait.Rest())
            if (TryAttach(incarnation, lastSidecar, wait) is { } connection)
                return connection;
        return null;
    }

    private AttachConnection? TryAttach(ulong incarnation, ulong lastSidecar, AttachWait wait)
    {
        AttachConnection? connection = null;
        try
        {
            // Before the connection: who is connected and silent is the first to make room for others.
            var token = ReadToken();
            connection = AttachConnection.Connect(core.Options.SocketPath, TimeSpan.Zero);
            new AttachWriter(connection).Hello(core.Options, token, incarnation, lastSidecar);
            if (IsWelcome(connection, wait))
                return connection;
        }
        catch (StagingException failure)
        {
            wait.Failed(failure.Message);
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

    private bool IsWelcome(AttachConnection connection, AttachWait wait)
    {
        var saidAt = MonotonicClock.Nanoseconds;
        var receipt = AwaitAnswer(connection, wait, out var received);
        using (received)
        {
            if (receipt != AttachReceipt.Message)
            {
                wait.Failed("the sidecar closed the connection");
                return false;
            }
            received!.Bytes.CopyTo(_buffer.Bytes);
            var message = _buffer.Read<Messages.AttachMessage.Reader>(received.Bytes.Length);
            if (message.Which == Messages.AttachMessage.Which.Refused)
            {
                Refused(message.Refused, wait, TimeSpan.FromTicks((MonotonicClock.Nanoseconds - saidAt) / 100));
                return false;
            }
            if (message.Which != Messages.AttachMessage.Which.Welcome)
                throw new MediaOperatorException(MediaOperatorError.Protocol, $"The sidecar answered hello with {message.Which}.");
            Welcome(message.Welcome);
            return true;
        }
    }

    // A hello that was sent is not sent again while its connection lasts: a sidecar that is late would have to serve both.
    private static AttachReceipt AwaitAnswer(AttachConnection connection, AttachWait wait, out Received? received)
    {
        AttachReceipt receipt;
        while ((receipt = connection.Receive(AttachWait.Step, out received)) == AttachReceipt.TimedOut && !wait.HasEnded)
            wait.Look(isHeard: true);
        return receipt;
    }

    private void Refused(Messages.AttachMessage.Refused.Reader refused, AttachWait wait, TimeSpan held)
    {
        var why = $"{refused.Code}: {refused.Reason.ToString()}";
        // A dead predecessor's name is taken until the sidecar has noticed; a sidecar without plan or in a drain may be another one soon.
        if (refused.Code is not (Messages.AttachMessage.RefusalCode.NameTaken or Messages.AttachMessage.RefusalCode.NoPlan
            or Messages.AttachMessage.RefusalCode.Draining))
            throw new MediaOperatorException(
                MediaOperatorError.Refused, $"The sidecar refused {core.Options.Name}/{core.Options.Replica}: {why}");
        wait.Failed(why, isRefused: true);
        if (refused.Code == Messages.AttachMessage.RefusalCode.NoPlan)
            wait.HasNoPlan(held);
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
