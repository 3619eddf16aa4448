using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>Watches of real API servers through a proxy, which can fail between client and server.</summary>
[Trait("Category", "Slow")]
public class ProxiedWatchTests(ApiServerFixture old, CrdServerFixture current) : EveryServerTests(old, current)
{
    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task The_proxy_of_a_kubeconfig_carries_requests_and_watches(string server)
    {
        await UseAsync(server);
        using var proxy = new ConnectProxy();
        var connection = Through(proxy);
        using var client = new ApiClient(connection);
        await using var watched = await FollowAsync(client.For(Objects.Type), new(Patience, Patience));
        proxy.Targets.Distinct().ShouldBe([connection.Server.Authority]);
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_connection_that_carries_nothing_any_more_is_given_up_and_the_watch_goes_on_over_another(string server)
    {
        await UseAsync(server);
        using var proxy = new ConnectProxy();
        var ping = TimeSpan.FromSeconds(1);
        using var client = new ApiClient(Through(proxy), new() { PingDelay = ping, PingTimeout = ping });
        await using var watched = await FollowAsync(client.For(Objects.Type), new(Patience, Patience));
        using var counted = new Counted(Objects.Type.Name);
        proxy.Stall();
        await Objects.CreateAsync(Gadget("unheard"), Bound);
        await watched.UntilToldAsync("+unheard");
        counted["watch_restarts Unreachable"].ShouldBeGreaterThan(0);
        counted["watch_lists"].ShouldBe(0);
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_version_that_is_gone_brings_a_list_and_what_happened_unheard_is_told(string server)
    {
        // No other test must meet a kind that is just being served anew.
        await UseAsync(server, "Widget");
        using var proxy = new ConnectProxy();
        using var client = new ApiClient(Through(proxy));
        await using var watched = await FollowAsync(client.For(Objects.Type), new(Patience, Patience));
        using var counted = new Counted(Objects.Type.Name);
        proxy.Close();
        await Objects.DeleteAsync(Space, "first", cancel: Bound);
        var unheard = await Objects.CreateAsync(Gadget("unheard"), Bound);
        await Gadgets.InstallAsync(Client, Bound, Objects.Type.Kind, "Served anew");
        await UntilGoneAsync(unheard.Metadata!.ResourceVersion!);
        proxy.Open();
        await watched.UntilToldAsync("-first", "+unheard");
        watched.Informer.Store.All().Single().Metadata!.Name.ShouldBe("unheard");
        counted["watch_restarts gone"].ShouldBeGreaterThan(0);
        counted["watch_lists"].ShouldBeGreaterThan(0);
        await Objects.CreateAsync(Gadget("late"), Bound);
        await watched.UntilToldAsync("+late");
    }

    private async Task UntilGoneAsync(string version)
    {
        for (var gone = false; !gone; await Task.Delay(50, Bound))
        {
            try
            {
                await foreach (var _ in Objects.WatchAsync(Space, version, bounds: new(TimeSpan.FromSeconds(1), Patience), cancel: Bound))
                {
                }
            }
            catch (ApiException error)
            {
                gone = error.IsGone;
            }
        }
    }
}
