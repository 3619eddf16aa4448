namespace K8sMediaFlow.Sdk.Memory;

/// <summary>
/// What the indexes of one channel mean. A channel outlives many lives of those whose memory it names: an index whose region is gone is
/// given to another one.
/// </summary>
internal sealed class ChannelRegions
{
    private readonly List<ForeignRegion?> _regions = [];

    public int Count => _regions.Count;

    public ForeignRegion? this[int index]
    {
        get => index < _regions.Count ? _regions[index] : null;
        set
        {
            while (_regions.Count <= index)
                _regions.Add(null);
            _regions[index] = value;
        }
    }
}
