using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>One media operator with an input and an output, both named video, between two raw ends.</summary>
internal sealed class PassingOperator : IAsyncDisposable
{
    private const int Capacity = 4;

    private readonly FakeSidecar _sidecar = new();

    private PassingOperator()
    {
    }

    public RawProducer Source { get; } = new();

    public RawConsumer Sink { get; } = new();

    public MediaOperator Media { get; private set; } = null!;

    public AttachedMediaOperator End { get; private set; } = null!;

    /// <summary>A frame that the test holds.</summary>
    public Frame? Held { get; set; }

    public FrameInput Input => Media.Inputs[0];

    public FrameOutput Output => Media.Outputs[0];

    public static async Task<PassingOperator> AttachAsync(ILoggerFactory? log = null)
    {
        var passing = new PassingOperator();
        passing._sidecar.Log = log;
        (passing.Media, passing.End) = await passing._sidecar.Attach("passing", [new("video")], [new("video")]);
        passing._sidecar.Connect(passing.Source, passing.End, "video", "video");
        passing._sidecar.Connect(passing.End, passing.Sink, "video", "video", Capacity, passing.Source.Region);
        return passing;
    }

    /// <summary>Fills the output, so that a caller that wants room there waits. Returns how many frames went out.</summary>
    public async Task<int> FillAsync()
    {
        for (var sequence = 1; sequence <= Capacity; sequence++)
        {
            Source.Send((ulong)sequence);
            using var frame = await ReceiveAsync();
            await Output.ForwardAsync(frame);
        }
        Output.TryLoan(1000, out _).ShouldBeFalse();
        return Capacity;
    }

    public async Task<Frame> ReceiveAsync() => (await Input.ReceiveAsync().AsTask().WaitAsync(Bounded.Watchdog))!.Value;

    public async ValueTask DisposeAsync()
    {
        await Media.DisposeAsync();
        _sidecar.Dispose();
    }
}
