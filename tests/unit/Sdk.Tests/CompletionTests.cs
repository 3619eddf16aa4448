using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.Staging.Channels;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>How an operator says that it has ended, and what it says of itself meanwhile.</summary>
public sealed class CompletionTests
{
    [Fact]
    public async Task An_operator_whose_streams_have_ended_and_are_done_has_completed()
    {
        await using var passing = await PassingOperator.AttachAsync();
        passing.Source.End(0);
        (await passing.Input.ReceiveAsync()).ShouldBeNull();
        passing.Media.Completion.IsCompleted.ShouldBeFalse();
        var disposal = passing.Media.DisposeAsync().AsTask();
        passing.Sink.Return(passing.Sink.Pop().Ticket, ReturnKind.Both);
        await disposal.WaitAsync(Bounded.Watchdog);
        await passing.Media.Completion.WaitAsync(Bounded.Watchdog);
    }

    [Fact]
    public async Task An_operator_that_is_disposed_before_its_streams_have_ended_is_cancelled()
    {
        await using var passing = await PassingOperator.AttachAsync();
        await passing.Media.DisposeAsync();
        await Should.ThrowAsync<OperationCanceledException>(passing.Media.Completion.WaitAsync(Bounded.Watchdog));
    }

    [Fact]
    public async Task An_operator_that_has_failed_says_why_before_it_is_disposed()
    {
        await using var passing = await PassingOperator.AttachAsync();
        passing.Media.Fail("out of luck");
        var failure = await Should.ThrowAsync<MediaOperatorException>(passing.Media.Completion.WaitAsync(Bounded.Watchdog));
        failure.Message.ShouldContain("out of luck");
    }

    [Fact]
    public async Task The_meter_has_the_figures_of_every_operator()
    {
        await using var passing = await PassingOperator.AttachAsync();
        await passing.FillAsync();
        // Operators of other tests may have the same name.
        var seen = new ConcurrentBag<(string Instrument, long Value)>();
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => Listen(instrument, listener) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags.Contains(new KeyValuePair<string, object?>("media_operator", passing.Media.Name)))
                seen.Add((instrument.Name, value));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        seen.Select(one => one.Instrument).Distinct().Count().ShouldBe(10);
        seen.ShouldContain(("k8smediaflow.sdk.outputs.not_done", 4));
    }

    [Fact]
    public async Task The_log_tells_the_attach_and_the_failure()
    {
        using var log = new LogLines();
        await using (var passing = await PassingOperator.AttachAsync(log))
            passing.Media.Fail("out of luck");
        log.Lines.ShouldContain(line => line.StartsWith("Information passing/0 is attached to the sidecar at /", StringComparison.Ordinal));
        log.Lines.ShouldContain("Error passing/0 has failed: passing has failed: out of luck");
    }

    private static void Listen(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == "K8sMediaFlow.Sdk")
            listener.EnableMeasurementEvents(instrument);
    }
}
