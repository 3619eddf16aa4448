namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>Every wait of a test ends: by what it waits for, or by the watchdog.</summary>
internal static class Bounded
{
    public static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(2);

    public static void Await(Func<bool> condition)
    {
        var started = Environment.TickCount64;
        while (!condition())
        {
            if (Environment.TickCount64 - started > Watchdog.TotalMilliseconds)
                throw new TimeoutException("what the test waits for did not come");
            Thread.Sleep(1);
        }
    }
}
