namespace K8sMediaFlow.Cli.Inspect;

/// <summary>
/// Frames of one edge as they pass. Looks at the consumer's end, where each frame comes by once. Takes no part: a frame that was returned
/// before it could be copied is passed over, so a tap sees a sample where the edge is fast.
/// </summary>
internal sealed class EdgeTap
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);
    private readonly List<(ObservedChannel Channel, ulong LastTicket)> _channels;

    public EdgeTap(IEnumerable<ObservedPod> pods, string edge)
    {
        _channels = [.. pods.SelectMany(pod => pod.Channels).Where(channel => channel.Edge == edge && !channel.IntoLink)
            .Select(channel => (channel, 0UL))];
    }

    public int ChannelCount => _channels.Count;

    /// <summary>Copies frames until cancelled; each at most once, newest first where several wait.</summary>
    public async IAsyncEnumerable<TappedFrame> ReadAsync([
        System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            for (var index = 0; index < _channels.Count; index++)
            {
                if (Next(index) is { } frame)
                    yield return frame;
            }

            await Task.Delay(Poll, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TappedFrame? Next(int index)
    {
        var (channel, last) = _channels[index];
        // The newest is the least likely to be gone while it is copied.
        var newest = channel.Observer.Positions.DescriptorTail;
        if (newest == last)
            return null;
        _channels[index] = (channel, newest);
        return TappedFrame.TryCopy(channel, newest);
    }
}
