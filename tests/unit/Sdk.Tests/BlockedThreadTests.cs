using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Awaited calls block no thread of the pool: counted in a process whose pool has two.</summary>
public sealed class BlockedThreadTests
{
    [Fact]
    public void Sixty_four_ports_with_two_pool_threads_block_neither_and_every_frame_arrives() => Run("ports", "64", "50").ShouldBe([
        "64 loans are awaited: 0 blocked",
        "64 receives are awaited: 0 blocked",
        "3200 frames",
    ]);

    [Fact]
    public void The_example_of_the_documents_blocks_no_pool_thread() => Run("example").ShouldBe([
        "a receive is awaited: 0 blocked",
        "a forward is awaited: 0 blocked",
        "6 frames",
    ]);

    private static string[] Run(params string[] arguments)
    {
        var output = Tool.Run("dotnet", [typeof(BlockedThreadTests).Assembly.Location, .. arguments]);
        return Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
