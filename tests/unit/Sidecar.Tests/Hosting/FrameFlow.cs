using System.Collections.Concurrent;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>A source that sends on a thread of its own until the test stops it; each frame's bytes follow from its sequence.</summary>
internal sealed class FlowingSource : IDisposable
{
    private readonly Thread _thread;
    private readonly FrameOutput _output;
    private readonly int _burstFrames, _pauseMilliseconds;
    private readonly Action<FrameMetadata, int>? _describe;
    private volatile bool _stop, _isWhole;
    private int _sent;

    /// <param name="camera">Whose output "video" it is.</param>
    /// <param name="burstFrames">So many are sent before each pause.</param>
    /// <param name="pauseMilliseconds">How long that is.</param>
    /// <param name="describe">Sets the metadata of a frame of that sequence.</param>
    public FlowingSource(MediaOperator camera, int burstFrames = 8, int pauseMilliseconds = 1, Action<FrameMetadata, int>? describe = null)
    {
        _describe = describe;
        (_burstFrames, _pauseMilliseconds, _output) = (burstFrames, pauseMilliseconds, camera.Outputs["video"]);
        _thread = new Thread(() => Send(_output)) { IsBackground = true };
        _thread.Start();
    }

    public int Sent => Volatile.Read(ref _sent);

    public void AwaitSent(int frames) => Watchdog.Until(() => Sent >= frames, () => $"{Sent} of {frames} were sent");

    /// <summary>
    /// Ends the stream and waits until its consumers are done with it; returns how many frames it had. Tests dispose their pods without
    /// draining them, in any order: the word that the last frame is done may go down with a pod, and then the frame goes to a pod where
    /// nobody reads any more.
    /// </summary>
    public int Stop()
    {
        _isWhole = true;
        Dispose();
        Watchdog.Until(() => _output.InFlight == 0, () => $"{_output.InFlight} frames are not done");
        return Sent;
    }

    /// <summary>
    /// Where the stream was not ended before, its operator dies: waiting for what nobody reads any more would hide why the test failed.
    /// </summary>
    public void Dispose()
    {
        _stop = true;
        _thread.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue("the source hangs");
    }

    private void Send(FrameOutput output)
    {
        try
        {
            while (!_stop)
                SendOne(output);
            if (_isWhole)
                output.Complete();
        }
        catch (MediaOperatorException) when (!_isWhole)
        {
            // The test has failed, and killed its pod.
        }
    }

    private void SendOne(FrameOutput output)
    {
        if (!output.TryLoan(out var loan))
        {
            Thread.Sleep(1);
            return;
        }
        using (loan)
        {
            Picture.Of(Sent + 1, loan.Payload.Length).CopyTo(loan.Payload);
            _describe?.Invoke(loan.Metadata, Sent + 1);
            loan.Send();
        }
        // Paced: what is in flight at any moment is then a few frames, some of them on the wire.
        if (Interlocked.Increment(ref _sent) % _burstFrames == 0)
            Thread.Sleep(_pauseMilliseconds);
    }
}

/// <summary>A sink that reads on a thread of its own and keeps the identities that it got.</summary>
internal sealed class FlowingSink : IDisposable
{
    private readonly ConcurrentQueue<(ulong Stream, ulong Sequence)> _got = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private int _torn;

    public FlowingSink(MediaOperator render)
    {
        _thread = new Thread(() => Read(render.Inputs["video"])) { IsBackground = true };
        _thread.Start();
    }

    public IReadOnlyList<(ulong Stream, ulong Sequence)> Got => [.. _got];

    public int Count => _got.Count;

    /// <summary>Frames whose bytes are not those of their sequence.</summary>
    public int Torn => Volatile.Read(ref _torn);

    /// <summary>The end of the stream came.</summary>
    public bool Ended { get; private set; }

    public void AwaitGot(int frames) => Watchdog.Until(() => _got.Count >= frames, () => $"{_got.Count} of {frames} came");

    public void AwaitEnd() => Watchdog.Until(() => Ended, () => $"the end did not come after {_got.Count} frames");

    /// <summary>Reads no more, as a process that hangs.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _thread.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue("the sink hangs");
    }

    private void Read(FrameInput input)
    {
        try
        {
            while (input.Receive(_end.Token) is { } frame)
            {
                if (!frame.Payload.SequenceEqual(Picture.Of((int)frame.Sequence, frame.Payload.Length)))
                    Interlocked.Increment(ref _torn);
                _got.Enqueue((frame.Stream, frame.Sequence));
                frame.Dispose();
            }
            Ended = true;
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or MediaOperatorException)
        {
            // The test has seen enough, or killed its pod.
        }
    }
}

/// <summary>Bytes of a frame: random ones, from a place that its sequence says.</summary>
internal static class Picture
{
    // A prime: no power of two brings a neighbour's bytes.
    private const int Places = 251, BytesMax = 1 << 16;
    private static readonly byte[] s_random = Random();

    public static ReadOnlySpan<byte> Of(int sequence, int lengthBytes) => s_random.AsSpan(sequence % Places, lengthBytes);

    private static byte[] Random()
    {
        var random = new byte[BytesMax + Places];
        new Random(1).NextBytes(random);
        return random;
    }
}

internal static class Identities
{
    /// <summary>Each of 1 to count of one stream exactly once, over all sinks.</summary>
    public static void ShouldBeExactly(this IEnumerable<(ulong Stream, ulong Sequence)> got, int count)
    {
        var sequences = got.Select(one => one.Sequence).Order().ToList();
        sequences.Count.ShouldBe(sequences.Distinct().Count(), "some came twice");
        Enumerable.Range(1, count).Select(number => (ulong)number).Except(sequences).ShouldBeEmpty("lost");
        sequences.Count.ShouldBe(count);
    }
}
