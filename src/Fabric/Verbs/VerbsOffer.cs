using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>A queue pair that takes one sender's writes into the block area, with a key that is this epoch's alone.</summary>
internal sealed class VerbsOffer : IFabricOffer
{
    private readonly VerbsListener _listener;
    private readonly GrantTable _grants;
    private readonly VerbsEnd _end;
    private readonly byte[] _bytes;
    private bool _isTaken;

    public VerbsOffer(VerbsListener listener, VerbsDevice device, uint epoch, VerbsCard sender, GrantTable grants, nint areaAddress, long areaLengthBytes, FabricOptions options)
    {
        (_listener, _grants, Epoch) = (listener, grants, epoch);
        // A receive for each grant, and one for the hello.
        var receives = options.GrantsMax + 1;
        _end = new VerbsEnd(device, sendsMax: 0, receives, options);
        try
        {
            var area = VerbsErrors.Registering(() => RegisteredMemory.Create(device.Domain, areaAddress, areaLengthBytes, RemoteAccess.Write));
            _end.Own(area);
            _end.Open();
            _end.PostReceives(receives);
            _end.Connect(sender);
            _bytes = new VerbsInvitation(_end.Card(sender.Nonce), epoch, area.RemoteKey, (ulong)areaAddress, (ulong)areaLengthBytes).ToBytes();
        }
        catch (NativeException failure)
        {
            _end.Abort();
            throw new FabricException(FabricError.Incompatible, failure.Message, failure);
        }
        catch
        {
            _end.Abort();
            throw;
        }
    }

    public uint Epoch { get; }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public IFabricReceiver Accept(TimeSpan deadline)
    {
        lock (_end.Gate)
        {
            _end.ThrowIfFinished();
            try
            {
                TakeHello(deadline);
            }
            catch (NativeException failure)
            {
                throw _end.Fail(VerbsErrors.OfCall(failure));
            }
            _isTaken = true;
        }
        _listener.Forget(this);
        return new VerbsReceiver(_end, _grants);
    }

    /// <summary>Withdraws the leave; once the receiver is there the queue pair is that one's.</summary>
    public void Dispose()
    {
        _listener.Forget(this);
        if (!_isTaken)
            _end.Abort();
    }

    private void TakeHello(TimeSpan deadline)
    {
        if (!_end.TryNext(out var hello, deadline))
            throw new FabricException(FabricError.Deadline, $"no sender came for epoch {Epoch}");
        if (!hello.IsSuccess)
            throw _end.Fail(VerbsErrors.Of(hello));
        if (!hello.IsReceive || hello.IsWrite || hello.Immediate != Epoch)
            throw _end.Fail(new FabricException(FabricError.Malformed, $"the sender's first word is not the hello of epoch {Epoch}"));
        _end.PostReceives(1);
        _end.BeginProbing();
    }
}
