using System.Diagnostics;
using System.Numerics;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>A queue pair that takes one sender's writes into the block area, with a key that is this epoch's alone.</summary>
internal sealed class VerbsOffer : IFabricOffer
{
    private readonly VerbsListener _listener;
    private readonly GrantTable _grants;
    private readonly VerbsEnd _end;
    private readonly LandingOrder _order;
    private readonly byte[] _bytes;
    private uint _heard;
    private bool _isTaken;

    public VerbsOffer(VerbsListener listener, VerbsDevice device, uint epoch, QueuePairInfo sender, GrantTable grants, nint areaAddress,
        long areaLengthBytes, FabricOptions options)
    {
        (_listener, _grants, Epoch) = (listener, grants, epoch);
        // Frames alternate over the pairs: a receive for each grant that may be used on this one, one for the hello, and those that are not
        // posted again at once.
        var pairs = Math.Min(options.QueuePairs, sender.Numbers.Length);
        var receives = (options.GrantsMax + pairs - 1) / pairs + 1 + VerbsReceiver.ReceivesBatch;
        _end = new VerbsEnd(device, sendsMax: 0, receives, pairs, options);
        _order = new LandingOrder(pairs, options.GrantsMax);
        try
        {
            var area = VerbsErrors.Registering(() => RegisteredMemory.Create(device.Domain, areaAddress, areaLengthBytes,
                RemoteAccess.Write));
            _end.Own(area);
            _end.Open();
            for (var pair = 0; pair < pairs; pair++)
                _end.PostReceives(pair, receives);
            _end.Connect(sender);
            _bytes = new VerbsOfferPayload(_end.Card(sender.Nonce), epoch, area.RemoteKey, (ulong)areaAddress, (ulong)areaLengthBytes)
                .ToBytes();
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
                TakeHellos(deadline);
            }
            catch (NativeException failure)
            {
                throw _end.Fail(VerbsErrors.OfCall(failure));
            }
            _isTaken = true;
        }
        _listener.Forget(this);
        return new VerbsReceiver(_end, _grants, _order);
    }

    /// <summary>Withdraws the leave; once the receiver is there the queue pair is that one's.</summary>
    public void Dispose()
    {
        _listener.Forget(this);
        if (!_isTaken)
            _end.Abort();
    }

    /// <summary>One on each queue pair; those that came before a deadline ran out are not said again.</summary>
    private void TakeHellos(TimeSpan deadline)
    {
        var startedTicks = Stopwatch.GetTimestamp();
        while (BitOperations.PopCount(_heard) < _end.PairCount)
        {
            if (!_end.TryNext(out var hello, deadline - Stopwatch.GetElapsedTime(startedTicks)))
                throw new FabricException(FabricError.Deadline, $"no sender came for epoch {Epoch}");
            Take(hello);
        }
        _end.BeginProbing();
    }

    private void Take(in Completion hello)
    {
        if (!hello.IsSuccess)
            throw _end.Fail(VerbsErrors.Of(hello));
        var pair = 1u << (int)hello.Id;
        if (!hello.IsReceive || hello.IsWrite || hello.Immediate != Epoch || (_heard & pair) != 0)
            throw _end.Fail(new FabricException(FabricError.Malformed, $"the sender's first word is not the hello of epoch {Epoch}"));
        _heard |= pair;
        _end.PostReceives((int)hello.Id, 1);
    }
}
