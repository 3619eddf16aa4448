namespace K8sMediaFlow.Fabric.Simulated;

/// <summary>The sending end of a simulated connection.</summary>
internal sealed class SimulatedSender(SimulatedNetwork network, SimulatedConnection connection) : IFabricSender
{
    private bool _isAborted;

    public int WritesInFlight
    {
        get
        {
            lock (network.Gate)
                return connection.WritesInFlight;
        }
    }

    public void Write(uint slot, long offsetBytes, int sizeBytes, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments, ulong tag)
    {
        OutgoingFrame.Check(connection.Epoch, slot, sizeBytes, header, segments);
        var copy = header.ToArray();
        OutgoingFrame.Seal(copy, segments, connection.Options);
        lock (network.Gate)
        {
            ThrowIfAborted();
            connection.Write(new SimulatedTransfer(copy, segments.ToArray(), tag));
        }
    }

    public int Poll(Span<ulong> completedTags, TimeSpan wait)
    {
        lock (network.Gate)
        {
            network.WaitUntil(() => _isAborted || connection.HasSenderNews, wait);
            ThrowIfAborted();
            return connection.TakeCompleted(completedTags);
        }
    }

    public void Abort()
    {
        lock (network.Gate)
        {
            _isAborted = true;
            connection.Cut();
            network.Wake();
        }
    }

    public void Dispose()
    {
        lock (network.Gate)
        {
            _isAborted = true;
            connection.Finish();
        }
    }

    private void ThrowIfAborted()
    {
        if (_isAborted)
            throw new FabricException(FabricError.Aborted, "the sender was aborted");
    }
}
