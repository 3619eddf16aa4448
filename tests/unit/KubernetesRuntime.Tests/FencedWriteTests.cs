using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Leadership;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>
/// A leader's writes of a custom resource, over TLS and HTTP/2 to real API servers. Leadership itself needs the leases of a whole cluster.
/// </summary>
public class FencedWriteTests(ApiServerFixture old, CrdServerFixture current) : EveryServerTests(old, current)
{
    /// <summary>Some sixty writes to a socket, and less than what etcd takes.</summary>
    private const int LargeChars = 1_000_000;

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task Nothing_of_a_term_that_is_over_reaches_the_server_and_reads_go_on(string server)
    {
        await UseAsync(server);
        var time = new ManualTime();
        using var term = new LeadershipTerm(1, time.GetTimestamp(), TimeSpan.FromSeconds(10), time);
        using var leader = Client.Fenced(term);
        var fenced = leader.For(Objects.Type);
        var written = await fenced.CreateAsync(Gadget("a", ("by", "the leader")), Bound);
        // As a process that was stopped and continued: no timer has fired.
        time.Jump(TimeSpan.FromSeconds(11));
        var late = Gadget("a", ("by", "one who led"));
        await Should.ThrowAsync<WriteRefusedException>(fenced.CreateAsync(Gadget("b"), Bound));
        await Should.ThrowAsync<WriteRefusedException>(fenced.ReplaceAsync(written with { Spec = late.Spec }, Bound));
        await Should.ThrowAsync<WriteRefusedException>(fenced.ApplyAsync(Objects.Type.ToDocument(late), "us", cancel: Bound));
        await Should.ThrowAsync<WriteRefusedException>(fenced.MergeAsync(Space, "a",
            JsonNode.Parse("""{"spec":{"by":"one who led"}}""")!.AsObject(), cancel: Bound));
        await Should.ThrowAsync<WriteRefusedException>(fenced.DeleteAsync(Space, "a", cancel: Bound));
        var there = (await fenced.ListAsync(Space, cancel: Bound)).Items.ShouldHaveSingleItem();
        (there.Metadata!.ResourceVersion, there.Get("by")).ShouldBe((written.Metadata!.ResourceVersion, "the leader"));
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_write_of_which_a_part_has_left_when_the_fence_closes_is_not_stored(string server)
    {
        await UseAsync(server);
        var text = new string('x', LargeChars);
        using var open = new Fence();
        await WriteAsync(open, Gadget("whole", ("text", text)));
        open.Asked.ShouldBeGreaterThan(10, "a write that leaves in one part cannot be cut");
        using var closing = new Fence { OpenFor = open.Asked / 2 };
        await Should.ThrowAsync<WriteRefusedException>(WriteAsync(closing, Gadget("cut", ("text", text))));
        closing.Asked.ShouldBeGreaterThan(closing.OpenFor, "the fence was closed while it was written");
        (await Objects.ListAsync(Space, cancel: Bound)).Items.ShouldHaveSingleItem().Metadata!.Name.ShouldBe("whole");
    }

    /// <summary>Over connections of its own, as each term has them.</summary>
    private async Task WriteAsync(IWriteFence fence, CustomObject gadget)
    {
        using var writer = Client.Fenced(fence);
        await writer.For(Objects.Type).CreateAsync(gadget, Bound);
    }
}
