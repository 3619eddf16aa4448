namespace K8sMediaFlow.Fabric.Tests;

/// <summary>A thread of a test: its failure is the test's, and it is waited for within a bound.</summary>
internal sealed class Watched
{
    private readonly Thread _thread;
    private Exception? _failure;

    private Watched(Action body) => _thread = new Thread(() =>
    {
        try
        {
            body();
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    });

    public static Watched Start(Action body)
    {
        var watched = new Watched(body);
        watched._thread.IsBackground = true;
        watched._thread.Start();
        return watched;
    }

    public void Join()
    {
        _thread.Join(FabricPair.Watchdog + FabricPair.Watchdog).ShouldBeTrue("a thread of the test hangs");
        if (_failure is not null)
            throw new InvalidOperationException("a thread of the test failed", _failure);
    }
}
