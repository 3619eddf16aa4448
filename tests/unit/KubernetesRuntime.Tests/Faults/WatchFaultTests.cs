using K8sMediaFlow.KubernetesRuntime.Objects;
using Microsoft.AspNetCore.Http;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>What kills the watches of other controllers must not kill ours.</summary>
public class WatchFaultTests
{
    [Fact]
    public async Task A_watch_that_ends_goes_on_from_the_last_version_without_a_list()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
                await context.SayAsync(Lines.List(10, Lines.Map("a", 3)));
            else if (context.From() == "10")
                await context.SayAsync(Lines.Event("MODIFIED", Lines.Map("a", 11)));
            else if (context.From() == "11")
                await context.SayAsync(Lines.Bookmark(20));
            else if (context.From() == "20")
                await context.SayAsync(Lines.Event("DELETED", Lines.Map("a", 21)));
            else
                await context.HangAsync();
        });
        await using var watched = new Watched(server.Client());
        await watched.UntilToldAsync("+a:3", "~a:11", "-a:21");
        watched.Told.Count.ShouldBe(3);
        server.Requests.Count(request => !request.Contains("watch=true")).ShouldBe(1);
        watched.Informer.Store.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_version_that_is_gone_in_the_midst_of_a_watch_brings_a_list_and_what_went_meanwhile_is_told()
    {
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
                await context.SayAsync(++lists == 1
                    ? Lines.List(10, Lines.Map("a", 3), Lines.Map("b", 4))
                    : Lines.List(50, Lines.Map("b", 44), Lines.Map("c", 45)));
            else if (context.From() == "10")
                await context.SayAsync(Lines.Event("ADDED", Lines.Map("x", 12)) + Lines.Event("ERROR", Lines.Status(410, "Expired")));
            else
                await context.HangAsync();
        });
        await using var watched = new Watched(server.Client());
        await watched.UntilToldAsync("+a:3", "+b:4", "+x:12", "-a:3", "-x:12", "~b:44", "+c:45");
        watched.Told.Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_watch_refused_as_gone_brings_a_list()
    {
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
            !context.IsWatch()
                ? context.SayAsync(Lines.List(10 + lists++))
                : context.From() == "10" ? context.FailAsync(410, "Gone") : context.HangAsync());
        await using var watched = new Watched(server.Client());
        await Until.Async(() => lists == 2, "a second list", watched.Bound);
    }

    [Fact]
    public async Task An_object_made_anew_under_an_old_name_while_nobody_listened_is_a_deletion_and_a_creation()
    {
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
            !context.IsWatch()
                ? context.SayAsync(++lists == 1 ? Lines.List(10, Lines.Map("a", 3, "old")) : Lines.List(20, Lines.Map("a", 13, "new")))
            : context.From() == "10" ? context.FailAsync(410, "Gone") : context.HangAsync());
        await using var watched = new Watched(server.Client());
        await watched.UntilToldAsync("-a:3", "+a:13");
        watched.Told.ToArray().ShouldBe(["+a:3", "-a:3", "+a:13"]);
    }

    [Fact]
    public async Task A_watch_that_says_nothing_any_more_is_given_up_and_brings_a_list()
    {
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
            {
                await context.SayAsync(++lists == 1 ? Lines.List(10, Lines.Map("a", 3)) : Lines.List(20));
                return;
            }
            await context.SayAsync(Lines.Bookmark(11));
            await context.HangAsync();
        });
        await using var watched = new Watched(server.Client(), Watched.Quick(silence: TimeSpan.FromMilliseconds(100)));
        await watched.UntilToldAsync("-a:3");
    }

    [Fact]
    public async Task A_server_that_accepts_a_watch_and_answers_nothing_is_given_up()
    {
        var watches = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
            !context.IsWatch()
                ? context.SayAsync(Lines.List(10))
                : Interlocked.Increment(ref watches) > 0 ? context.HangAsync() : Task.CompletedTask);
        await using var watched = new Watched(server.Client(new() { RequestTimeout = TimeSpan.FromMilliseconds(100) }));
        await Until.Async(() => Volatile.Read(ref watches) >= 3, "watches opened again", watched.Bound);
    }

    [Theory]
    [InlineData("{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\",\"names")]
    [InlineData("this is no JSON\n")]
    [InlineData("{\"type\":\"SURPRISING\",\"object\":{}}\n")]
    [InlineData("{\"type\":\"MODIFIED\"}\n")]
    [InlineData("{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n")]
    [InlineData("[]\n")]
    [InlineData("{\"type\":\"BOOKMARK\",\"object\":{}}\n")]
    [InlineData("{\"type\":\"ERROR\",\"object\":null}\n")]
    public async Task A_broken_line_costs_a_reconnection_and_nothing_else(string line)
    {
        var broken = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
                await context.SayAsync(Lines.List(10, Lines.Map("a", 3)));
            else if (broken++ == 0)
                await context.SayAsync(Lines.Event("MODIFIED", Lines.Map("a", 11)) + line);
            else
            {
                context.From().ShouldBe("11");
                await context.SayAsync(Lines.Event("MODIFIED", Lines.Map("a", 12)));
                await context.HangAsync();
            }
        });
        await using var watched = new Watched(server.Client());
        await watched.UntilToldAsync("+a:3", "~a:11", "~a:12");
        server.Requests.Count(request => !request.Contains("watch=true")).ShouldBe(1);
    }

    [Fact]
    public async Task A_listener_that_throws_costs_neither_the_watch_nor_the_other_listeners()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await context.SayAsync(context.IsWatch() ? Lines.Event("MODIFIED", Lines.Map("a", 11)) : Lines.List(10, Lines.Map("a", 3)));
            if (context.IsWatch())
                await context.HangAsync();
        });
        var calls = 0;
        await using var watched = new Watched(server.Client(), listener: _ =>
        {
            Interlocked.Increment(ref calls);
            throw new InvalidOperationException("a fault of the listener");
        });
        await watched.UntilToldAsync("+a:3", "~a:11");
        await Until.Async(() => Volatile.Read(ref calls) == 2, "both changes", watched.Bound);
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_hides_no_other_and_keeps_its_last_readable_state()
    {
        const string Bad = """{"metadata":{"name":"bad","namespace":"n","uid":"u","resourceVersion":"9"},"data":["not","a","map"]}""";
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await context.SayAsync(context.IsWatch()
                ? Lines.Event("MODIFIED", Bad.Replace("bad", "a")) + Lines.Event("MODIFIED", Lines.Map("bad", 12))
                    + Lines.Event("ADDED", Lines.Map("c", 13))
                : Lines.List(10, Lines.Map("a", 3), Bad));
            if (context.IsWatch())
                await context.HangAsync();
        });
        await using var watched = new Watched(server.Client());
        await watched.UntilToldAsync("+a:3", "?bad", "?a", "+bad:12", "+c:13");
        var store = watched.Informer.Store;
        store.Get(new("n", "a"))!.Metadata!.ResourceVersion.ShouldBe("3");
        store.WhyUnreadable(new("n", "a"))!.Error.ShouldContain("data");
        store.WhyUnreadable(new("n", "bad")).ShouldBeNull();
    }

    [Fact]
    public async Task A_repeated_event_is_told_once()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await context.SayAsync(context.IsWatch()
                ? Lines.Event("ADDED", Lines.Map("a", 3)) + Lines.Event("MODIFIED", Lines.Map("a", 3))
                    + Lines.Event("DELETED", Lines.Map("never", 4)) + Lines.Event("MODIFIED", Lines.Map("a", 5))
                : Lines.List(10, Lines.Map("a", 3)));
            if (context.IsWatch())
                await context.HangAsync();
        });
        await using var watched = new Watched(server.Client());
        await watched.UntilToldAsync("~a:5");
        watched.Told.ToArray().ShouldBe(["+a:3", "~a:5"]);
    }

    [Fact]
    public async Task A_list_that_expires_between_two_pages_is_taken_at_once()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Query["continue"] == "next" ? context.FailAsync(410, "Expired")
            : context.Request.Query.ContainsKey("limit")
                ? context.SayAsync("""{"metadata":{"resourceVersion":"5","continue":"next"},"items":[]}""")
            : context.SayAsync(Lines.List(6, Lines.Map("a", 3))));
        using var client = server.Client();
        var list = await client.For(Resources.ConfigMaps).ListAsync(null);
        (list.ResourceVersion, list.Items.Count).ShouldBe(("6", 1));
    }

    [Fact]
    public async Task A_server_that_is_away_is_waited_for_and_the_watch_still_lives()
    {
        var away = true;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (Volatile.Read(ref away))
                context.Abort();
            else if (context.IsWatch())
                await context.HangAsync();
            else
                await context.SayAsync(Lines.List(10, Lines.Map("a", 3)));
        });
        await using var watched = new Watched(server.Client());
        await Until.Async(() => server.Requests.Count > 20, "many attempts", watched.Bound);
        watched.Informer.Heartbeats.Single().Fault().ShouldBeNull();
        watched.Informer.Heartbeats.Single().SinceHeard.ShouldBeNull();
        Volatile.Write(ref away, false);
        await watched.UntilToldAsync("+a:3");
        watched.Informer.Heartbeats.Single().SinceHeard.ShouldNotBeNull();
    }

    [Fact]
    public async Task Two_namespaces_share_a_store_and_a_list_of_one_leaves_the_other_alone()
    {
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            var space = context.Request.Path.Value!.Contains("/namespaces/one/") ? "one" : "two";
            if (!context.IsWatch())
                await context.SayAsync(space == "one" && Interlocked.Increment(ref lists) > 1
                    ? Lines.List(20)
                    : Lines.List(10, Lines.Map("a", 3).Replace("\"n\"", $"\"{space}\"")));
            else if (space == "one" && context.From() == "10")
                await context.FailAsync(410, "Gone");
            else
                await context.HangAsync();
        });
        await using var watched = new Watched(server.Client(), Watched.Quick() with { Namespaces = ["one", "two"] });
        await watched.Informer.Synced.WaitAsync(watched.Bound);
        await watched.UntilToldAsync("-a:3");
        watched.Informer.Store.All().Single().Metadata!.Namespace.ShouldBe("two");
    }
}
