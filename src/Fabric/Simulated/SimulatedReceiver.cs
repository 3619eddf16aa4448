namespace K8sMediaFlow.Fabric.Simulated;

/// <summary>The receiving end of a simulated connection.</summary>
internal sealed class SimulatedReceiver(SimulatedNetwork network, SimulatedConnection connection, GrantTable grants) : IFabricReceiver
{
    private bool _isAborted;

    public int GrantsMax => grants.GrantsMax;

    public void Grant(uint slot, long offsetBytes, int sizeBytes) => grants.Grant(slot, offsetBytes, sizeBytes);

    public bool TryReceive(out Landing landing, TimeSpan wait)
    {
        lock (network.Gate)
        {
            network.WaitUntil(() => _isAborted || connection.HasReceiverNews, wait);
            if (_isAborted)
                throw new FabricException(FabricError.Aborted, "the receiver was aborted");
            return connection.TakeLanded(out landing);
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

    public void Dispose() => Abort();
}
