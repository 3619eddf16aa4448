using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Leadership;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Leadership;

/// <summary>
/// A leader in a process of its own, which a test can stop and continue: counts up a field of a ConfigMap as fast as it can, from many
/// tasks, so that a stop catches some at every place between the decision to write and the last byte.
/// </summary>
internal sealed class LeaderProcess : IDisposable
{
    /// <summary>No test takes as long, so no leader lives longer.</summary>
    private static readonly TimeSpan LifeMax = TimeSpan.FromMinutes(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private LeaderProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
    }

    public static ElectionOptions Options(string @namespace, string identity) => new()
    {
        Namespace = @namespace,
        Name = "lead",
        Identity = identity,
        LeaseDuration = TimeSpan.FromSeconds(3),
        RenewDeadline = TimeSpan.FromSeconds(2),
        RetryPeriod = TimeSpan.FromMilliseconds(200),
    };

    public static LeaderProcess Start(string kubeconfig, string @namespace, string identity)
    {
        var program = Path.ChangeExtension(typeof(LeaderProcess).Assembly.Location, null);
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", program, "leader", kubeconfig, @namespace, identity])
        {
            RedirectStandardOutput = true,
        };
        // The death signal is tied to the thread that started the process: one that lives as long as it, not one of the pool.
        var started = new TaskCompletionSource<Process>();
        var keeper = new Thread(() =>
        {
            var process = Process.Start(start)!;
            started.SetResult(process);
            if (!process.WaitForExit(LifeMax))
                Console.Error.WriteLine($"a leader has lived for {LifeMax}, longer than any test, and ends now");
        })
        { IsBackground = true };
        keeper.Start();
        return new(started.Task.Result);
    }

    public bool Says(string words) => _said.Any(line => line.Contains(words, StringComparison.Ordinal));

    public Task UntilSaysAsync(string words, CancellationToken bound) => Faults.Until.Async(() => Says(words), $"it says {words}", bound);

    public void Signal(string signal) => Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)])!
        .WaitForExit(TimeSpan.FromSeconds(30)).ShouldBeTrue("kill did not end");

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit(TimeSpan.FromSeconds(10));
        _process.Dispose();
    }

    /// <summary>The process's own main.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var client = new ApiClient(ClusterConnection.Find(args[0]));
        var election = new LeaderElection(client, Options(args[1], args[2]));
        await election.RunAsync(async (term, cancel) =>
        {
            using var fenced = client.Fenced(term);
            var maps = fenced.For(Resources.ConfigMaps);
            Console.WriteLine($"leads {term.Transitions}");
            var count = 0;
            await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(_ => CountAsync(maps, args[1], args[2], () => Interlocked.Increment(ref count), cancel)));
            Console.WriteLine("leads no more");
        }, CancellationToken.None);
        return 0;
    }

    private static async Task CountAsync(ResourceClient<ConfigMap> maps, string @namespace, string who, Func<int> next,
        CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var patch = new JsonObject { ["data"] = new JsonObject { [who] = next().ToString(CultureInfo.InvariantCulture) } };
                // Deliberately not cancelled with the term: the fence alone has to hold it back.
                await maps.MergeAsync(@namespace, "written", patch, cancel: CancellationToken.None);
            }
            catch (WriteRefusedException)
            {
                Console.WriteLine("refused");
                await Task.Delay(10, CancellationToken.None);
            }
            catch (ApiException error)
            {
                Console.WriteLine(error.Message);
            }
        }
    }
}
