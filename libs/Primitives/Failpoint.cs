using System.Diagnostics;
#if FAILPOINTS
using System.Globalization;
#endif

namespace K8sMediaFlow.Primitives;

/// <summary>
/// Named steps at which a build for tests (<c>-p:Failpoints=true</c>) ends or stops its own process. In every other build the calls are
/// left out by the compiler, and this class does nothing.
/// </summary>
public static class Failpoint
{
    /// <summary>A step of a process: it may die just here.</summary>
    [Conditional("FAILPOINTS")]
    public static void At(string step)
    {
#if FAILPOINTS
        foreach (var order in FailpointOrder.Given)
            order.Reached(step);
#endif
    }
}

#if FAILPOINTS
/// <summary>What the environment orders: <c>PROGRAM;WORD;STEP;COUNT;ACTION;MARK</c>, several of them with <c>|</c> between.</summary>
internal sealed class FailpointOrder
{
    public const string Variable = "K8SMEDIAFLOW_FAILPOINT";

    private readonly string _step, _action, _mark;
    private readonly long _count;
    private long _reached;

    private FailpointOrder(string[] words) => (_step, _count, _action, _mark) =
        (words[2], long.Parse(words[3], CultureInfo.InvariantCulture), words[4], words[5]);

    /// <summary>What is ordered of this process.</summary>
    public static FailpointOrder[] Given { get; } =
        [.. (Environment.GetEnvironmentVariable(Variable) ?? "").Split('|').Select(static text => text.Split(';')).Where(IsOurs)
            .Select(static words => new FailpointOrder(words))];

    public void Reached(string step)
    {
        // The mark: of all processes and lives that reach the step so often, one does it.
        if (step != _step || Interlocked.Increment(ref _reached) != _count || !IsFirst())
            return;
        if (_action == "KILL")
            Process.GetCurrentProcess().Kill();
        else
            Stop();
        Thread.Sleep(TimeSpan.FromMilliseconds(100));
    }

    private static bool IsOurs(string[] words) => words.Length == 6 && Path.GetFileName(Environment.ProcessPath) == words[0]
        && (words[1].Length == 0 || Environment.GetCommandLineArgs().Contains(words[1]));

    private bool IsFirst()
    {
        try
        {
            using var mark = new FileStream(_mark, FileMode.CreateNew);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // By another process: one that is stopped cannot go on by itself.
    private void Stop()
    {
        var seconds = _action["STOP".Length..];
        var command = $"kill -STOP {Environment.ProcessId}; sleep {seconds}; kill -CONT {Environment.ProcessId}";
        using var helper = Process.Start("/bin/sh", ["-c", command]);
    }
}
#endif
