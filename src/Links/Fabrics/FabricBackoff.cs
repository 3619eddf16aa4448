using K8sMediaFlow.Links.Contract;

namespace K8sMediaFlow.Links.Fabrics;

/// <summary>
/// What a dialling link offers. The best of several fabrics rests after it has failed on the way, twice as long each time: devices know
/// whether they are up, and nothing of what lies between them. One thread at a time.
/// </summary>
internal sealed class FabricBackoff(LinkOptions options)
{
    private const int DoublingsMax = 20;
    private int _failures;
    private long _untilNanoseconds;
    private string _why = "";

    public FabricsNow Offered(FabricsNow now, long nowNanoseconds) => now.Usable.Count < 2 || nowNanoseconds >= _untilNanoseconds
        ? now
        : new FabricsNow([.. now.Usable.Skip(1)], _why);

    /// <summary>The best one failed on its way to the peer, or was lost after it had held so long.</summary>
    public void Failed(string why, TimeSpan held, long nowNanoseconds)
    {
        if (held >= options.FabricRestMax)
            _failures = 0;
        var doubled = options.FabricRestMin * Math.Pow(2, Math.Min(_failures++, DoublingsMax));
        var pause = doubled < options.FabricRestMax ? doubled : options.FabricRestMax;
        _untilNanoseconds = nowNanoseconds + (long)pause.TotalNanoseconds;
        _why = $"it is tried again in {pause.TotalSeconds:0.###} s, after {why}";
    }
}
