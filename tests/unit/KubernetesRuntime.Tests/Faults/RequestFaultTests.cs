using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;
using Microsoft.AspNetCore.Http;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>Requests to a server that does wrong.</summary>
public class RequestFaultTests
{
    [Fact]
    public async Task A_request_that_is_put_off_is_sent_again_when_the_server_said()
    {
        var asked = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            if (asked++ < 2)
            {
                context.Response.Headers.RetryAfter = "0";
                return context.FailAsync(429, "TooManyRequests");
            }
            return context.SayAsync(Lines.Map("a", 3));
        });
        using var client = server.Client();
        (await client.For(Resources.ConfigMaps).GetAsync("n", "a")).Metadata!.ResourceVersion.ShouldBe("3");
        asked.ShouldBe(3);
    }

    [Fact]
    public async Task A_server_that_puts_off_for_ever_is_given_up_with_its_wish_in_the_error()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = context.Request.Path.Value!.EndsWith("/long") ? "3600" : "0";
            return context.FailAsync(429, "TooManyRequests");
        });
        using var client = server.Client(new() { RetriesMax = 3 });
        (await Should.ThrowAsync<ApiException>(client.For(Resources.ConfigMaps).GetAsync("n", "short")))
            .Reason.ShouldBe(ApiReason.TooManyRequests);
        server.Requests.Count.ShouldBe(4);
        (await Should.ThrowAsync<ApiException>(client.For(Resources.ConfigMaps).GetAsync("n", "long")))
            .RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        server.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task What_is_in_doubt_is_not_repeated()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var client = server.Client();
        var error = await Should.ThrowAsync<ApiException>(client.For(Resources.ConfigMaps).CreateAsync(new()
        {
            Metadata = new() { Name = "a", Namespace = "n" },
        }));
        (error.Reason, error.Code, error.Verb).ShouldBe((ApiReason.Unreachable, null, "create"));
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_without_an_answer_ends_in_its_time()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.HangAsync());
        using var client = server.Client(new() { RequestTimeout = TimeSpan.FromMilliseconds(100) });
        (await Should.ThrowAsync<ApiException>(client.For(Resources.ConfigMaps).GetAsync("n", "a"))).Reason.ShouldBe(ApiReason.NoAnswer);
        using var cancel = new CancellationTokenSource(50);
        using var patient = server.Client();
        await Should.ThrowAsync<OperationCanceledException>(patient.For(Resources.ConfigMaps).GetAsync("n", "a", cancel.Token));
    }

    [Fact]
    public async Task No_more_requests_are_under_way_at_once_than_the_options_say()
    {
        var (now, most) = (0, 0);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            var current = Interlocked.Increment(ref now);
            lock (context.RequestServices)
                most = Math.Max(most, current);
            await Task.Delay(5);
            Interlocked.Decrement(ref now);
            await context.SayAsync(Lines.Map("a", 3));
        });
        using var client = server.Client(new() { ConcurrentRequestsMax = 3 });
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.For(Resources.ConfigMaps).GetAsync("n", "a")));
        most.ShouldBeLessThanOrEqualTo(3);
    }

    [Theory]
    [InlineData("<html>a proxy's page</html>", 200, "Unreadable")]
    [InlineData("<html>a proxy's page</html>", 502, "BadGateway")]
    [InlineData("null", 200, "Unreadable")]
    [InlineData("{\"metadata\":{\"name\":\"a\"", 200, "Unreadable")]
    [InlineData("", 403, "Forbidden")]
    public async Task An_answer_that_is_not_the_APIs_is_an_error_with_a_reason(string text, int code, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = code;
            return context.SayAsync(text);
        });
        using var client = server.Client();
        var error = await Should.ThrowAsync<ApiException>(client.For(Resources.ConfigMaps).GetAsync("n", "a"));
        error.Reason.ShouldBe(reason);
        error.Message.ShouldStartWith("get configmaps n/a: ");
    }

    [Fact]
    public async Task A_token_that_was_replaced_is_read_again_when_the_old_one_is_refused()
    {
        using var folder = new Folder();
        var file = folder.Write("token", "old\n");
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Headers.Authorization == "Bearer new"
                ? context.SayAsync(Lines.Map("a", 3))
                : context.FailAsync(401, "Unauthorized"));
        using var client = server.Client(credentials: new TokenFile(file, TimeProvider.System));
        (await Should.ThrowAsync<ApiException>(client.For(Resources.ConfigMaps).GetAsync("n", "a")))
            .Reason.ShouldBe(ApiReason.Unauthorized);
        // The same token again would only be refused again.
        server.Requests.Count.ShouldBe(1);
        folder.Write("token", "new");
        (await client.For(Resources.ConfigMaps).GetAsync("n", "a")).Metadata!.Name.ShouldBe("a");
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_closed_fence_lets_nothing_out_and_reads_go_on()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.SayAsync(Lines.Map("a", 3)));
        using var client = server.Client();
        using var fence = new Fence();
        using var writer = client.Fenced(fence);
        var fenced = writer.For(Resources.ConfigMaps);
        var map = await fenced.GetAsync("n", "a");
        await fenced.ReplaceAsync(map);
        fence.Closed = true;
        var sent = server.Requests.Count;
        await Should.ThrowAsync<WriteRefusedException>(fenced.ReplaceAsync(map));
        await Should.ThrowAsync<WriteRefusedException>(fenced.CreateAsync(map));
        await Should.ThrowAsync<WriteRefusedException>(fenced.ApplyAsync(Resources.ConfigMaps.ToDocument(map), "us"));
        await Should.ThrowAsync<WriteRefusedException>(fenced.MergeAsync("n", "a", []));
        await Should.ThrowAsync<WriteRefusedException>(fenced.DeleteAsync("n", "a"));
        server.Requests.Count.ShouldBe(sent);
        await fenced.GetAsync("n", "a");
    }

    [Fact]
    public async Task A_fence_that_closes_after_the_decision_to_write_holds_back_what_is_on_its_way()
    {
        var requests = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return context.SayAsync(Lines.Map("a", 3));
        });
        using var client = server.Client();
        // The first question is asked when the request is made, the second when its bytes are about to leave.
        using var fence = new Fence { OpenFor = 1 };
        using var fenced = client.Fenced(fence);
        await Should.ThrowAsync<WriteRefusedException>(fenced.For(Resources.ConfigMaps).CreateAsync(new()
        {
            Metadata = new() { Name = "a", Namespace = "n" },
        }));
        fence.Asked.ShouldBe(2);
        requests.ShouldBe(0);
        await client.For(Resources.ConfigMaps).GetAsync("n", "a");
        requests.ShouldBe(1);
    }

    [Fact]
    public async Task A_fenced_body_larger_than_any_socket_buffer_arrives_whole()
    {
        var text = "";
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await Task.Delay(100);
            using var reader = new StreamReader(context.Request.Body);
            text = await reader.ReadToEndAsync();
            await context.SayAsync(Lines.Map("a", 3));
        });
        using var client = server.Client();
        using var fence = new Fence();
        using var fenced = client.Fenced(fence);
        var data = new string('x', 20_000_000);
        await fenced.For(Resources.ConfigMaps).CreateAsync(new()
        {
            Metadata = new() { Name = "a", Namespace = "n" },
            Data = new Dictionary<string,
            string>
            { ["x"] = data },
        });
        text.ShouldContain(data);
        fence.Asked.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task A_write_under_way_is_given_up_when_the_fence_closes()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.HangAsync());
        using var client = server.Client();
        using var fence = new Fence();
        using var writer = client.Fenced(fence);
        var write = writer.For(Resources.ConfigMaps).CreateAsync(new() { Metadata = new() { Name = "a", Namespace = "n" } });
        using var bound = new CancellationTokenSource(Hang.Bound);
        await Until.Async(() => !server.Requests.IsEmpty, "the request", bound.Token);
        fence.Close();
        (await Should.ThrowAsync<WriteRefusedException>(write)).Message.ShouldContain("under way");
    }
}
