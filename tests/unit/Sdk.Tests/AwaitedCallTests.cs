using System.Diagnostics;
using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Calls that are awaited: what ends them, and what they leave behind.</summary>
public sealed class AwaitedCallTests
{
    [Fact]
    public async Task A_receive_waits_for_the_next_frame()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var receiving = passing.Input.ReceiveAsync();
        receiving.IsCompleted.ShouldBeFalse();
        passing.Source.Send(1);
        using var frame = (await receiving.AsTask().WaitAsync(Bounded.Watchdog))!.Value;
        frame.Sequence.ShouldBe(1UL);
    }

    [Fact]
    public async Task A_receive_that_waits_is_null_at_the_end_of_the_stream()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var receiving = passing.Input.ReceiveAsync();
        passing.Source.End(0);
        (await receiving.AsTask().WaitAsync(Bounded.Watchdog)).ShouldBeNull();
        (await passing.Input.ReceiveAsync()).ShouldBeNull();
        var disposal = passing.Media.DisposeAsync().AsTask();
        passing.Sink.Return(passing.Sink.Pop().Ticket, ReturnKind.Both);
        await disposal.WaitAsync(Bounded.Watchdog);
    }

    [Fact]
    public async Task A_loan_waits_until_a_consumer_gives_a_frame_back()
    {
        await using var passing = await PassingOperator.AttachAsync();
        await passing.FillAsync();
        var loaning = passing.Output.LoanAsync(1000);
        loaning.IsCompleted.ShouldBeFalse();
        passing.Sink.PopFrame();
        using var loan = await loaning.AsTask().WaitAsync(Bounded.Watchdog);
        loan.Payload.Length.ShouldBe(1000);
    }

    [Fact]
    public async Task A_forward_waits_until_a_consumer_gives_a_frame_back_and_keeps_its_order()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var last = (ulong)await passing.FillAsync() + 1;
        passing.Source.Send(last);
        using var frame = await passing.ReceiveAsync();
        var forwarding = passing.Output.ForwardAsync(frame, static metadata => metadata.Set("score", 1));
        forwarding.IsCompleted.ShouldBeFalse();
        passing.Sink.PopFrame().Sequence.ShouldBe(1UL);
        await forwarding.AsTask().WaitAsync(Bounded.Watchdog);
        for (var sequence = 2UL; sequence <= last; sequence++)
            passing.Sink.PopFrame().Sequence.ShouldBe(sequence);
    }

    [Fact]
    public async Task A_loan_waits_until_another_is_given_back()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var loans = new List<FrameLoan>();
        while (passing.Output.TryLoan(1000, out var loan))
            loans.Add(loan);
        var loaning = passing.Output.LoanAsync(1000);
        loaning.IsCompleted.ShouldBeFalse();
        loans.ForEach(loan => loan.Dispose());
        (await loaning.AsTask().WaitAsync(Bounded.Watchdog)).Dispose();
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_cancellation_ends_a_call_that_waits(string call)
    {
        await using var passing = await PassingOperator.AttachAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = await WaitAsync(passing, call, cancellation.Token);
        await cancellation.CancelAsync();
        var failure = await Should.ThrowAsync<OperationCanceledException>(waiting.WaitAsync(Bounded.Watchdog));
        (failure.CancellationToken == cancellation.Token, waiting.IsCanceled).ShouldBe((true, true));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_with_a_token_that_is_cancelled_already_takes_nothing(string call)
    {
        await using var passing = await PassingOperator.AttachAsync();
        passing.Source.Send(1);
        var waiting = await CallAsync(passing, call, new CancellationToken(true));
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        passing.Output.InFlight.ShouldBe(0);
        passing.Media.Statistics.InputsNotDone.ShouldBeLessThan(2);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_failure_of_the_operator_ends_a_call_that_waits(string call)
    {
        await using var passing = await PassingOperator.AttachAsync();
        var waiting = await WaitAsync(passing, call, passing.Media.Stopping);
        passing.Media.Fail("out of luck");
        (await Should.ThrowAsync<MediaOperatorException>(waiting.WaitAsync(Bounded.Watchdog))).Message.ShouldContain("out of luck");
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_ban_ends_a_call_that_waits(string call)
    {
        await using var passing = await PassingOperator.AttachAsync();
        var waiting = await WaitAsync(passing, call, default);
        passing.End.Ban("a ring that is not sound");
        var failure = await Should.ThrowAsync<MediaOperatorException>(waiting.WaitAsync(Bounded.Watchdog));
        failure.Error.ShouldBe(MediaOperatorError.Protocol);
        failure.Message.ShouldContain("a ring that is not sound");
        await Should.ThrowAsync<MediaOperatorException>(passing.Media.Completion);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Disposal_ends_a_call_that_waits(string call)
    {
        await using var passing = await PassingOperator.AttachAsync();
        var waiting = await WaitAsync(passing, call, default);
        await passing.Media.DisposeAsync();
        (await Should.ThrowAsync<MediaOperatorException>(waiting.WaitAsync(Bounded.Watchdog))).Error.ShouldBe(MediaOperatorError.Closed);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_second_call_on_a_port_that_is_awaited_is_refused_by_the_ports_name(string call)
    {
        await using var passing = await PassingOperator.AttachAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = await WaitAsync(passing, call, cancellation.Token);
        var second = call == nameof(FrameInput.ReceiveAsync)
            ? Should.Throw<InvalidOperationException>(() => _ = passing.Input.ReceiveAsync().AsTask())
            : Should.Throw<InvalidOperationException>(() => _ = passing.Output.LoanAsync(10).AsTask());
        second.Message.ShouldContain(call == nameof(FrameInput.ReceiveAsync) ? "input 'video'" : "output 'video'");
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting.WaitAsync(Bounded.Watchdog));
    }

    [Fact]
    public async Task Nothing_takes_a_frame_beside_a_receive_that_is_awaited()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var receiving = passing.Input.ReceiveAsync();
        Should.Throw<InvalidOperationException>(() => passing.Input.TryReceive(out _)).Message.ShouldContain("input 'video'");
        Should.Throw<InvalidOperationException>(() => passing.Input.Receive());
        passing.Source.Send(1);
        (await receiving.AsTask().WaitAsync(Bounded.Watchdog))!.Value.Dispose();
        passing.Input.TryReceive(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Awaiting_the_same_call_twice_takes_no_second_frame()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var receiving = passing.Input.ReceiveAsync();
        passing.Source.Send(1);
        passing.Source.Send(2);
        (await receiving)!.Value.Dispose();
        await Should.ThrowAsync<InvalidOperationException>(async () => await receiving);
        using var frame = await passing.ReceiveAsync();
        frame.Sequence.ShouldBe(2UL);
    }

    [Fact]
    public async Task A_cancelled_receive_leaves_the_frame_to_the_next()
    {
        await using var passing = await PassingOperator.AttachAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = passing.Input.ReceiveAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        passing.Source.Send(1);
        await Should.ThrowAsync<OperationCanceledException>(waiting.WaitAsync(Bounded.Watchdog));
        using var frame = await passing.ReceiveAsync();
        frame.Sequence.ShouldBe(1UL);
    }

    [Fact]
    public async Task A_frame_that_has_come_but_was_not_awaited_yet_is_not_held()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var receiving = passing.Input.ReceiveAsync();
        passing.Source.Send(1);
        Bounded.Await(() => receiving.IsCompleted);
        using var loan = passing.Output.Loan(10);
        Should.Throw<InvalidOperationException>(loan.Send).Message.ShouldContain("No input frame is held");
        (await receiving)!.Value.Dispose();
    }

    [Fact]
    public async Task A_frame_that_is_given_back_while_its_forward_waits_is_not_sent()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var waiting = await WaitAsync(passing, nameof(FrameOutput.ForwardAsync), default);
        passing.Held!.Value.Dispose();
        passing.Sink.PopFrame();
        await Should.ThrowAsync<ObjectDisposedException>(waiting.WaitAsync(Bounded.Watchdog));
    }

    [Fact]
    public async Task The_end_of_the_stream_ends_a_loan_that_waits()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var waiting = await WaitAsync(passing, nameof(FrameOutput.LoanAsync), default);
        passing.Output.Complete();
        (await Should.ThrowAsync<InvalidOperationException>(waiting.WaitAsync(Bounded.Watchdog))).Message.ShouldContain("complete");
    }

    /// <summary>The waiting thread looks every 200 ms anyway: a cancellation that wakes nobody would take 100 ms on average.</summary>
    [Fact]
    public async Task A_cancellation_wakes_at_once()
    {
        await using var passing = await PassingOperator.AttachAsync();
        var times = new List<TimeSpan>();
        for (var i = 0; i < 21; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var waiting = passing.Input.ReceiveAsync(cancellation.Token).AsTask();
            await Task.Delay(10);
            var started = Stopwatch.GetTimestamp();
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(waiting);
            times.Add(Stopwatch.GetElapsedTime(started));
        }
        times.Order().ElementAt(times.Count / 2).ShouldBeLessThan(TimeSpan.FromMilliseconds(50));
    }

    public static TheoryData<string> Calls() =>
        [nameof(FrameInput.ReceiveAsync), nameof(FrameOutput.LoanAsync), nameof(FrameOutput.ForwardAsync)];

    /// <summary>Makes the call where it has to wait.</summary>
    private static async Task<Task> WaitAsync(PassingOperator passing, string call, CancellationToken cancellationToken)
    {
        if (call != nameof(FrameInput.ReceiveAsync))
            passing.Source.Send((ulong)await passing.FillAsync() + 1);
        var waiting = await CallAsync(passing, call, cancellationToken);
        waiting.IsCompleted.ShouldBeFalse();
        return waiting;
    }

    private static async Task<Task> CallAsync(PassingOperator passing, string call, CancellationToken cancellationToken)
    {
        if (call == nameof(FrameInput.ReceiveAsync))
            return passing.Input.ReceiveAsync(cancellationToken).AsTask();
        if (call == nameof(FrameOutput.LoanAsync))
            return passing.Output.LoanAsync(1000, cancellationToken).AsTask();
        passing.Held = await passing.ReceiveAsync();
        return passing.Output.ForwardAsync(passing.Held.Value, null, cancellationToken).AsTask();
    }
}
