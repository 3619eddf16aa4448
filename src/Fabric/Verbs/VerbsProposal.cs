using System.Diagnostics;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>The sender's half: a queue pair that waits for its peer's offer.</summary>
internal sealed class VerbsProposal : IFabricProposal
{
    private readonly VerbsDevice _device;
    private readonly VerbsRegistrations _registrations;
    private readonly FabricOptions _options;
    private readonly VerbsEnd _end;
    private readonly byte[] _nonce = QueuePairInfo.NewNonce();
    private readonly byte[] _bytes;
    private bool _isUsed;

    public VerbsProposal(VerbsDevice device, VerbsRegistrations registrations, FabricOptions options)
    {
        (_device, _registrations, _options) = (device, registrations, options);
        _end = new VerbsEnd(device, VerbsSender.WorksMax(options), receivesMax: 1, options.QueuePairs, options);
        var card = _end.Card(_nonce);
        _bytes = new byte[card.SizeBytes];
        card.Write(_bytes);
    }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public IFabricSender Connect(ReadOnlySpan<byte> offer, TimeSpan deadline)
    {
        var peer = VerbsOfferPayload.Read(offer);
        if (!peer.Card.Nonce.AsSpan().SequenceEqual(_nonce))
            throw new FabricException(FabricError.Incompatible, "this offer answers another proposal");
        if (peer.Card.Numbers.Length > _options.QueuePairs)
            throw new FabricException(FabricError.Incompatible,
                $"an offer of {peer.Card.Numbers.Length} queue pairs, of {_options.QueuePairs} proposed");
        lock (_end.Gate)
        {
            _end.ThrowIfFinished();
            try
            {
                Greet(peer, deadline);
                var sender = new VerbsSender(_end, peer, _device, _registrations, _options);
                _isUsed = true;
                return sender;
            }
            catch (FabricException failure)
            {
                throw _end.Fail(failure);
            }
            catch (NativeException failure)
            {
                throw _end.Fail(new FabricException(FabricError.Incompatible, failure.Message, failure));
            }
        }
    }

    public void Dispose()
    {
        if (!_isUsed)
            _end.Abort();
    }

    /// <summary>
    /// The peer's device acknowledges the hello, whatever its program does: no answer comes where the offer was withdrawn.
    /// </summary>
    private void Greet(VerbsOfferPayload peer, TimeSpan deadline)
    {
        _end.Keep(peer.Card.Numbers.Length);
        _end.Open();
        _end.Connect(peer.Card);
        _end.PostHello(peer.Epoch);
        var startedTicks = Stopwatch.GetTimestamp();
        for (var heard = 0; heard < _end.PairCount; heard++)
        {
            if (!_end.TryNext(out var hello, deadline - Stopwatch.GetElapsedTime(startedTicks)))
                throw new FabricException(FabricError.Deadline, "the peer's device has not answered yet");
            if (!hello.IsSuccess)
                throw new FabricException(FabricError.Refused, VerbsErrors.Of(hello).Message);
        }
        _end.BeginProbing();
    }
}
