using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>The look at the API server itself before a node counts as lost.</summary>
#pragma warning disable CA1001 // xunit ends it by DisposeAsync.
public sealed class NodeJudgeTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly CancellationTokenSource _end = new(Hang.LongBound);
    private ScriptedServer _server = null!;
    private Task _watch = Task.CompletedTask;

    /// <summary>What the server says about the one node, where it is asked for that alone.</summary>
    private Func<HttpContext, Task> _live = context => context.FailAsync(500, "InternalError");

    private int Looks => _server.Requests.Count(one => one == "GET /api/v1/nodes/a");

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _end.CancelAsync();
        await _watch.ContinueWith(_ => { }, TaskScheduler.Default);
        await _server.DisposeAsync();
        _end.Dispose();
    }

    [Theory]
    [InlineData(200, "False", true)]
    [InlineData(200, "Unknown", true)]
    [InlineData(404, "NotFound", true)]
    [InlineData(200, "True", false)]
    [InlineData(403, "Forbidden", false)]
    [InlineData(500, "InternalError", false)]
    [InlineData(200, "", false)]
    [InlineData(0, "", false)]
    public async Task A_node_that_is_silent_in_the_store_is_lost_only_where_the_server_says_so_too(int code, string says, bool isLost)
    {
        var judge = await JudgeAsync(Node("a", "Unknown"), Node("b", "True"));
        _live = context => Answer(context, code, says);
        var health = await judge.LookAsync("a", Hang.Bound, Now, _end.Token);
        (health.Fault is not null, health.Withheld is not null, Looks).ShouldBe((isLost, !isLost, 1));
    }

    [Fact]
    public async Task A_node_that_only_the_store_has_as_silent_is_asked_about_again_after_a_while()
    {
        var judge = await JudgeAsync(Node("a", "Unknown"), Node("b", "True"));
        _live = context => context.SayAsync(Node("a", "True"));
        await judge.LookAsync("a", Hang.Bound, Now, _end.Token);
        (await judge.LookAsync("a", Hang.Bound, Now.AddSeconds(4), _end.Token)).Fault.ShouldBeNull();
        Looks.ShouldBe(1);
        _live = context => context.SayAsync(Node("a", "False"));
        (await judge.LookAsync("a", Hang.Bound, Now + NodeBrake.Pace, _end.Token)).Fault.ShouldNotBeNull();
        (await judge.LookAsync("a", Hang.Bound, Now + NodeBrake.Pace, _end.Token)).Fault.ShouldNotBeNull();
        Looks.ShouldBe(2, "what is lost is asked about no more");
    }

    [Fact]
    public async Task A_node_that_the_store_has_as_ready_or_silent_for_a_moment_is_not_asked_about()
    {
        var judge = await JudgeAsync(Node("a", "Unknown"), Node("b", "True"));
        (await judge.LookAsync("b", Hang.Bound, Now, _end.Token)).ShouldBe(default);
        (await judge.LookAsync(null, Hang.Bound, Now, _end.Token)).ShouldBe(default);
        var since = Now.AddHours(-1);
        (await judge.LookAsync("a", TimeSpan.FromHours(2), Now, _end.Token))
            .ShouldSatisfyAllConditions(one => one.Fault.ShouldBeNull(), one => one.LostAt.ShouldBe(since.AddHours(2)));
        Looks.ShouldBe(0);
    }

    [Fact]
    public async Task While_all_nodes_are_silent_the_server_is_not_asked_and_none_is_lost()
    {
        var judge = await JudgeAsync(Node("a", "Unknown"), Node("b", "False"));
        var health = await judge.LookAsync("a", Hang.Bound, Now, _end.Token);
        (health.Fault, health.LostAt, Looks).ShouldBe((null, Now + NodeBrake.Halt, 0));
        health.Withheld!.ShouldContain("no node is ready");
    }

    private async Task<NodeJudge> JudgeAsync(params string[] nodes)
    {
        _server.Answer = context => context.IsWatch() ? context.HangAsync()
            : context.Request.Path.Value!.EndsWith("/a", StringComparison.Ordinal) ? _live(context)
            : context.SayAsync(Lines.List(7, nodes));
        var client = _server.Client();
        var view = new ClusterView(client, [], ServerCapabilities.OfMinor(20), NullLogger.Instance);
        _watch = view.Nodes.RunAsync(_end.Token);
        await view.Nodes.Synced.WaitAsync(_end.Token);
        return new(client, view);
    }

    private static Task Answer(HttpContext context, int code, string says)
    {
        if (code == 0)
            context.Abort();
        return code switch
        {
            0 => Task.CompletedTask,
            200 => context.SayAsync(says.Length > 0 ? Node("a", says) : "{\"kind\": \"Node\", \"status\": {"),
            _ => context.FailAsync(code, says),
        };
    }

    private static string Node(string name, string ready) =>
        $$$"""
        {"metadata":{"name":"{{{name}}}","uid":"u-{{{name}}}","resourceVersion":"1"},
         "status":{"conditions":[{"type":"Ready","status":"{{{ready}}}","lastTransitionTime":"2026-05-01T11:00:00Z"}]}}
        """;
}
