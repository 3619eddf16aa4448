using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>Measures the memory of this process, so nothing else may run beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class AloneCollection
{
    public const string Name = "alone";
}

[Collection(AloneCollection.Name)]
public class ReconnectionMemoryTests
{
    [Fact]
    public async Task Five_hundred_reconnections_leave_no_memory_behind()
    {
        var watches = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
            {
                await context.SayAsync(Lines.List(10, Lines.Map("a", 3)));
                return;
            }
            var turn = Interlocked.Increment(ref watches);
            await context.SayAsync(Lines.Event("MODIFIED", Lines.Map("a", 100 + turn, value: new string('x', 10_000))));
            if (turn % 3 == 0)
                context.Abort();
        });
        await using var watched = new Watched(server.Client());
        await Until.Async(() => Volatile.Read(ref watches) >= 100, "100 watches", watched.Bound);
        watched.Told.Clear();
        server.Requests.Clear();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Until.Async(() => Volatile.Read(ref watches) >= 600, "600 watches", watched.Bound);
        watched.Told.Clear();
        server.Requests.Clear();
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        growth.ShouldBeLessThan(2 << 20, "a leak of one event's 10 kB per reconnection would be 5 MB");
        watched.Informer.Store.Count.ShouldBe(1);
        Process.GetCurrentProcess().HandleCount.ShouldBeLessThan(1000);
    }
}
