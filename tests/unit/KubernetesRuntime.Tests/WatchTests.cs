using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>What ends the watches of other controllers must not end ours: as real API servers do it.</summary>
public class WatchTests(ApiServerFixture old, CrdServerFixture current) : EveryServerTests(old, current)
{
    [Trait("Category", "Slow")]
    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_watch_that_ends_without_a_line_is_opened_again_without_an_error_and_without_a_list(string server)
    {
        await UseAsync(server);
        await using var watched = await FollowAsync(Objects, new(TimeSpan.FromSeconds(1), Patience));
        using var counted = new Counted(Objects.Type.Name);
        await Until.Async(() => counted["watch_restarts ended"] >= 3, "three watches that ended", Bound);
        counted.All.Keys.Where(what => what.StartsWith("watch_", StringComparison.Ordinal)).ShouldBe(["watch_restarts ended"]);
        await Objects.CreateAsync(Gadget("late"), Bound);
        await watched.UntilToldAsync("+late");
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_watch_is_open_before_its_first_line_and_one_that_stays_silent_brings_a_list(string server)
    {
        await UseAsync(server);
        await using var watched = await FollowAsync(Objects, new(Patience, TimeSpan.FromMilliseconds(300)));
        using var counted = new Counted(Objects.Type.Name);
        // Were it not open, its opening would be given up, for another reason.
        await Until.Async(() => counted["watch_restarts Silent"] >= 2 && counted["watch_lists"] >= 2, "lists after silence", Bound);
        await Objects.CreateAsync(Gadget("late"), Bound);
        await watched.UntilToldAsync("+late");
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_bookmark_carries_the_version_past_what_happens_in_other_namespaces(string server)
    {
        await UseAsync(server);
        var start = await Objects.ListAsync(Space, cancel: Bound);
        var bookmark = BookmarkAsync(start.ResourceVersion);
        // Only what happens while the watch is open brings a bookmark.
        for (var index = 0; !bookmark.IsCompleted; index++)
        {
            await Objects.CreateAsync(Elsewhere(index), Bound);
            await Task.Delay(200, Bound);
        }
        var first = await Objects.GetAsync("default", Elsewhere(0).Metadata!.Name!, Bound);
        Number(await bookmark).ShouldBeGreaterThanOrEqualTo(Number(first.Metadata!.ResourceVersion!));
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task An_object_whose_spec_cannot_be_read_hides_no_other_in_a_list_or_a_watch(string server)
    {
        await UseAsync(server);
        // The server lets anything into a spec. Read as leases, it has to fit.
        var type = Objects.Type;
        var typed = Client.For(Resources.Leases with { Group = type.Group, Plural = type.Plural, Kind = type.Kind });
        await Objects.CreateAsync(Gadget("a"), Bound);
        var bad = await Objects.CreateAsync(Unfit("bad"), Bound);
        await Objects.CreateAsync(Gadget("c"), Bound);
        await using var watched = new Watched<Lease>(typed, Options(new(Patience, Patience)));
        await watched.UntilToldAsync("+a", "?bad", "+c");
        await Objects.CreateAsync(Unfit("worse"), Bound);
        await Objects.CreateAsync(Gadget("e"), Bound);
        await watched.UntilToldAsync("?worse", "+e");
        watched.Informer.Store.WhyUnreadable(new(Space, "worse"))!.Error.ShouldContain("leaseDurationSeconds");
        await Objects.ReplaceAsync(bad with { Spec = Gadget("bad").Spec }, Bound);
        await watched.UntilToldAsync("+bad");
        watched.Told.Order(StringComparer.Ordinal).ShouldBe(["+a", "+bad", "+c", "+e", "?bad", "?worse"]);
    }

    private static ulong Number(string version) => ulong.Parse(version, System.Globalization.CultureInfo.InvariantCulture);

    private CustomObject Elsewhere(int index) => new() { Metadata = new() { Name = $"{Space}-{index}", Namespace = "default" } };

    private CustomObject Unfit(string name) => Gadget(name, ("leaseDurationSeconds", "no number"));

    /// <summary>A server sends one two seconds before it ends a watch; one that is busy may miss that.</summary>
    private async Task<string> BookmarkAsync(string version)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var bounds = new WatchBounds(TimeSpan.FromSeconds(4), Patience);
            await foreach (var happened in Objects.WatchAsync(Space, version, bounds: bounds, cancel: Bound))
            {
                happened.Kind.ShouldBe(WatchKind.Bookmark, "nothing happens in this namespace");
                return happened.ResourceVersion;
            }
        }
        throw new TimeoutException("no bookmark in five watches");
    }
}
