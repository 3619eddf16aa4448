using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.Bridging;

/// <summary>Frames to and from a program, never for ever: what did not come is named, with what the program said.</summary>
internal static class BoundedPipes
{
    private static readonly TimeSpan _patience = Hang.Bound;

    /// <summary>As <see cref="FramePipe.Read"/>.</summary>
    public static int Read(this PipedProcess process, int descriptor, Span<byte> into, string what)
    {
        using var bound = new CancellationTokenSource(_patience);
        try
        {
            return FramePipe.Read(process.End(descriptor), into, bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"{what}, {into.Length} bytes, did not come from descriptor {descriptor} within {_patience}: {process.ErrorText}");
        }
    }

    /// <summary>As <see cref="FramePipe.Write"/>.</summary>
    public static void Write(this PipedProcess process, int descriptor, ReadOnlySpan<byte> from)
    {
        using var bound = new CancellationTokenSource(_patience);
        try
        {
            FramePipe.Write(process.End(descriptor), from, bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"descriptor {descriptor} did not take {from.Length} bytes within {_patience}: {process.ErrorText}");
        }
    }
}
