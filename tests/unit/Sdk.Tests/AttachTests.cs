using K8sMediaFlow.Messages;
using K8sMediaFlow.Sdk.Tests.Fakes;

namespace K8sMediaFlow.Sdk.Tests;

public sealed class AttachTests : IDisposable
{
    private readonly FakeSidecar _sidecar = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public void A_missing_variable_is_named_with_its_meaning()
    {
        var failure = Should.Throw<MediaOperatorException>(MediaOperatorOptions.FromEnvironment);
        failure.Error.ShouldBe(MediaOperatorError.Environment);
        failure.Message.ShouldStartWith("K8SMEDIAFLOW_SOCKET is not set: ");
    }

    [Fact]
    public async Task A_token_file_that_cannot_be_read_is_named()
    {
        var options = _sidecar.OptionsOf("a");
        options.TokenFile = "/nowhere/token";
        var failure = await Should.ThrowAsync<MediaOperatorException>(MediaOperator.AttachAsync(options));
        failure.Message.ShouldContain("/nowhere/token");
    }

    [Fact]
    public async Task A_sidecar_that_is_not_there_is_waited_for_and_then_named()
    {
        var options = _sidecar.OptionsOf("a");
        (options.SocketPath, options.AttachTimeout) = ("/tmp/kmf-nobody.sock", TimeSpan.FromMilliseconds(100));
        var failure = await Should.ThrowAsync<MediaOperatorException>(MediaOperator.AttachAsync(options));
        (failure.Error, failure.Message.Contains("/tmp/kmf-nobody.sock", StringComparison.Ordinal))
            .ShouldBe((MediaOperatorError.Unreachable, true));
    }

    [Fact]
    public async Task A_refusal_is_thrown_with_code_and_reason()
    {
        var attaching = MediaOperator.AttachAsync(_sidecar.OptionsOf("a"));
        await Task.Run(() => _sidecar.Accept().Refuse(AttachMessage.RefusalCode.BadToken, "not yours"));
        var failure = await Should.ThrowAsync<MediaOperatorException>(attaching);
        failure.Error.ShouldBe(MediaOperatorError.Refused);
        failure.Message.ShouldContain("BadToken: not yours");
    }

    /// <summary>A sidecar lists a media operator when it has the answer to its region. One that left before was never there.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attach_is_complete_when_the_region_is_mapped_whether_there_are_outputs_or_not(bool hasOutput)
    {
        var attaching = Task.Run(() => MediaOperator.AttachAsync(_sidecar.OptionsOf("a")));
        var wasEarly = true;
        await Task.Run(() => _sidecar.Welcome([new PortSpec("in")], hasOutput ? [new PortSpec("out")] : [],
            beforeRegion: () => wasEarly = attaching.Wait(TimeSpan.FromMilliseconds(300))));
        await using var media = await attaching.WaitAsync(Bounded.Watchdog);
        wasEarly.ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_that_is_taken_is_asked_for_again()
    {
        var attaching = MediaOperator.AttachAsync(_sidecar.OptionsOf("a"));
        await Task.Run(() => _sidecar.Accept().Refuse(AttachMessage.RefusalCode.NameTaken, "still dying"));
        await Task.Run(() => _sidecar.Welcome([], [new PortSpec("out")]));
        await using var media = await attaching.WaitAsync(Bounded.Watchdog);
        media.Outputs.Single().Name.ShouldBe("out");
        media.Outputs["out"].ShouldBeSameAs(media.Outputs[0]);
        Should.Throw<ArgumentException>(() => media.Outputs["ouT"])
            .Message.ShouldStartWith("a has no output 'ouT' (did you mean 'out'?); it has out.");
        Should.Throw<ArgumentException>(() => media.Inputs["out"]).Message.ShouldStartWith("a has no input 'out'; it has no inputs.");
        media.Outputs.TryGet("video", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_sidecar_that_has_the_hello_and_keeps_the_connection_is_waited_for_longer_and_asked_once()
    {
        var options = _sidecar.OptionsOf("a");
        options.AttachTimeout = TimeSpan.FromSeconds(1.5);
        var attaching = MediaOperator.AttachAsync(options);
        var end = await Task.Run(_sidecar.Accept);
        // Longer than the operator would wait for one that is not there, and longer than releases up to 0.1 waited for an answer.
        await Task.Delay(TimeSpan.FromSeconds(11));
        attaching.IsCompleted.ShouldBeFalse(attaching.Exception?.Message);
        await Task.Run(() => end.Welcome(1, [], [], [new(4096, 1)]));
        await using var media = await attaching.WaitAsync(Bounded.Watchdog);
        _sidecar.HasAnotherAttach.ShouldBeFalse();
    }

    [Fact]
    public async Task A_sidecar_that_never_answers_is_given_up_in_the_end_and_that_is_said()
    {
        using var log = new LogLines();
        var options = _sidecar.OptionsOf("a");
        (options.AttachTimeout, options.LoggerFactory) = (TimeSpan.FromSeconds(1.2), log);
        var failure = await Should.ThrowAsync<MediaOperatorException>(MediaOperator.AttachAsync(options));
        failure.Error.ShouldBe(MediaOperatorError.Unreachable);
        failure.Message.ShouldMatch("No attach to the sidecar at .* within 1.2 s \\(and [0-9]+ s that do not count, .*\\): "
            + "a sidecar took the connection and has not answered: it hangs, or gets no time to run");
        log.Lines.ShouldContain(line => line.StartsWith("Warning a/0 has waited 10 s for the sidecar at /", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_attach_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource(50);
        var options = _sidecar.OptionsOf("a");
        options.SocketPath = "/tmp/kmf-nobody.sock";
        await Should.ThrowAsync<OperationCanceledException>(MediaOperator.AttachAsync(options, cancellation.Token));
    }

    [Theory]
    [InlineData(nameof(MediaOperatorOptions.Name))]
    [InlineData(nameof(MediaOperatorOptions.SocketPath))]
    [InlineData(nameof(MediaOperatorOptions.TokenFile))]
    [InlineData(nameof(MediaOperatorOptions.Replica))]
    [InlineData(nameof(MediaOperatorOptions.AttachTimeout))]
    [InlineData(nameof(MediaOperatorOptions.ReattachTimeout))]
    [InlineData(nameof(MediaOperatorOptions.DrainPatience))]
    [InlineData(nameof(MediaOperatorOptions.ReorderPatience))]
    [InlineData(nameof(MediaOperatorOptions.StandstillPatience))]
    public async Task An_option_out_of_its_range_is_named(string name)
    {
        var options = _sidecar.OptionsOf("a");
        var property = typeof(MediaOperatorOptions).GetProperty(name)!;
        property.SetValue(options, property.GetValue(options) switch
        {
            string => " ",
            int => -1,
            _ => TimeSpan.FromTicks(-1),
        });
        (await Should.ThrowAsync<ArgumentException>(() => MediaOperator.AttachAsync(options))).ParamName.ShouldBe(name);
    }

    [Fact]
    public async Task Caps_of_the_plan_are_the_ports()
    {
        var caps = new VideoCaps(1920, 1080, "yuv420p", 30000, 1001);
        var (media, _) = await _sidecar.Attach("a", [new PortSpec("in", Caps: caps)], []);
        await using (media)
        {
            media.Inputs["in"].Caps.ShouldBe(caps);
            media.Inputs["in"].Caps!.PayloadBytes.ShouldBe(3_110_400);
        }
    }
}
