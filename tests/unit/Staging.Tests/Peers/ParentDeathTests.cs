using K8sMediaFlow.Native;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Peers;

public sealed class ParentDeathTests
{
    [Fact]
    public async Task A_child_dies_with_the_process_that_started_it()
    {
        using var pipe = new Pipe();
        var parent = ChildProcess.Start(new()
        {
            File = "dotnet",
            Arguments = [Path.Combine(AppContext.BaseDirectory, "K8sMediaFlow.StagingPeer.dll"), "spawn"],
            Descriptors = new Dictionary<int, int> { [1] = pipe.WriteEnd.Descriptor },
        });
        pipe.WriteEnd.Dispose();
        var bytes = new byte[64];
        pipe.ReadEnd.Read(bytes, 60_000).ShouldBeGreaterThan(0);
        parent.Kill();
        (await parent.WaitAsync().WaitAsync(Hang.Bound)).Signal.ShouldBe(9);
        // The rest of its line, then the end of the stream: the child, which held the pipe too, is dead.
        int length;
        do
            length = pipe.ReadEnd.Read(bytes, 60_000);
        while (length > 0);
        length.ShouldBe(0);
    }
}
