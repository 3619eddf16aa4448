using System.Globalization;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Tests.Fakes;

namespace K8sMediaFlow.Sdk.Tests.Children;

/// <summary>A process whose thread pool has two threads. It says how many of them are blocked while everybody waits.</summary>
/// <remarks>What drives it runs on the main thread, which is none of the pool's.</remarks>
internal static class TwoThreads
{
    private const int Threads = 2;

    public static void Run(string[] args)
    {
        Invariant.That(ThreadPool.SetMinThreads(Threads, 1) && ThreadPool.SetMaxThreads(Threads, 2));
        switch (args)
        {
            case ["ports", var ports, var frames]:
                ManyPorts.Run(int.Parse(ports, CultureInfo.InvariantCulture), int.Parse(frames, CultureInfo.InvariantCulture));
                break;
            case ["example"]:
                Example.Run();
                break;
            default:
                throw new ArgumentException(string.Join(' ', args));
        }
    }

    /// <summary>Says how many threads do not come back within the watchdog's time, when there is nothing to do but to wait.</summary>
    public static void Report(string what) => Console.WriteLine($"{what}: {CountBlocked()} blocked");

    /// <summary>Waits for a task on the main thread; bounded.</summary>
    public static T Await<T>(Task<T> task)
    {
        Invariant.That(!Thread.CurrentThread.IsThreadPoolThread && task.Wait(Bounded.Watchdog));
        return task.Result;
    }

    public static void Await(Task task) =>
        Await(task.ContinueWith(static ended => ended.IsCompletedSuccessfully, TaskScheduler.Default)).ShouldBeTrue();

    private static int CountBlocked()
    {
        var free = 0;
        for (var left = Bounded.Watchdog; left > TimeSpan.Zero && free < Threads; left -= TimeSpan.FromMilliseconds(10))
        {
            Thread.Sleep(10);
            ThreadPool.GetAvailableThreads(out free, out _);
        }
        return Threads - free;
    }
}
