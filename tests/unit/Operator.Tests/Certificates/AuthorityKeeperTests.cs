using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Operator.Tests.Certificates;

/// <summary>The loops that follow and keep the authority, under a clock that the test moves.</summary>
#pragma warning disable CA1001 // xunit ends it by DisposeAsync.
public sealed class AuthorityKeeperTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly CertificateTimes Times = new(TimeSpan.FromDays(300), TimeSpan.FromDays(30), TimeSpan.FromMinutes(10));
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _end = new(Hang.LongBound);
    private ScriptedServer _server = null!;
    private ApiClient _client = null!;
    private AuthorityKeeper _keeper = null!;
    private Task _loop = Task.CompletedTask;
    private volatile JsonNode? _stored;

    private int Looks => _server.Requests.Count(one => one.StartsWith("GET", StringComparison.Ordinal));

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync(AnswerAsync);
        _client = _server.Client();
        _keeper = new(_client, "system", Times, _time, NullLogger.Instance);
    }

    public async Task DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop.ContinueWith(_ => { }, TaskScheduler.Default);
        _client.Dispose();
        await _server.DisposeAsync();
        _end.Dispose();
    }

    [Theory]
    [InlineData(15, 600)]
    [InlineData(60, 600)]
    [InlineData(61, 961)]
    public async Task A_leader_that_has_looked_away_for_more_than_a_minute_begins_the_overlap_anew(int away, int issuesAt)
    {
        var (began, first) = (_time.GetUtcNow(), Authority());
        Store(first with { Next = Authority().Current, NextSince = began });
        await _keeper.LeadAsync(_client, _end.Token);
        _loop = _keeper.KeepAsync(_client, _end.Token);
        await UntilAsync(() => _time.Armed == 1);
        while (_time.GetUtcNow() < began.AddSeconds(300))
            await LookAgainAsync(Every);
        _time.Jump(TimeSpan.FromSeconds(away));
        await LookAgainAsync(TimeSpan.Zero);
        while (_keeper.Current!.Current == first.Current && _time.GetUtcNow() < began.AddHours(1))
            await LookAgainAsync(Every);
        (_time.GetUtcNow() - began).TotalSeconds.ShouldBe(issuesAt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_loop_that_fails_in_a_way_of_its_own_goes_on_and_its_pulse_with_it(bool leads)
    {
        var (changes, state) = (0, Authority());
        _keeper.Changed += () => Volatile.Write(ref changes, changes + 1);
        _keeper.Changed += () => throw new InvalidOperationException("a listener failed");
        Store(state);
        Begin(leads);
        await UntilAsync(() => _time.Armed == 1);
        changes.ShouldBe(1);
        for (var looks = 0; looks < 20; looks++)
            await LookAgainAsync(Every);
        _keeper.Heartbeats.Select(one => one.Fault()).ShouldAllBe(fault => fault == null);
        Store(state with { Next = Authority().Current, NextSince = _time.GetUtcNow() });
        await LookAgainAsync(Every);
        (changes, _keeper.Current!.Next is not null).ShouldBe((2, true));
    }

    [Theory]
    [InlineData(true, "keeper of the authority hangs")]
    [InlineData(false, "authority hangs")]
    public async Task A_loop_that_hangs_has_no_pulse(bool leads, string fault)
    {
        _server.Answer = context => context.HangAsync();
        Begin(leads);
        await UntilAsync(() => Looks == 1);
        _keeper.Heartbeats.Select(one => one.Fault()).ShouldAllBe(one => one == null);
        _time.Jump(TimeSpan.FromMinutes(2));
        _keeper.Heartbeats.Select(one => one.Fault()).OfType<string>().ShouldHaveSingleItem().ShouldStartWith(fault);
    }

    private void Begin(bool leads) => _loop = leads ? _keeper.KeepAsync(_client, _end.Token) : _keeper.FollowAsync(_end.Token);

    private AuthorityState Authority() => AuthorityState.Advance(null, Times, _time.GetUtcNow());

    private void Store(AuthorityState state) => _stored = Resources.Secrets.ToDocument(AuthoritySecret.Write(state, "system", "1"));

    /// <summary>Lets so much time pass, after which the loop looks once and then waits again.</summary>
    private async Task LookAgainAsync(TimeSpan time)
    {
        var before = Looks;
        _time.Advance(time);
        await UntilAsync(() => Looks == before + 1 && _time.Armed == 1);
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
            await Task.Delay(1, _end.Token);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Method != "GET")
            _stored = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        await (_stored is { } stored ? context.SayAsync(stored.ToJsonString()) : context.FailAsync(404, "NotFound"));
    }
}
