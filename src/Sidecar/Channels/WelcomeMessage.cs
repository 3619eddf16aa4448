using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>Tells a media operator what the plan says of its ports.</summary>
internal static class WelcomeMessage
{
    /// <summary>Runs of sequences that are remembered of a stream: far more than can be in flight and not done on one port.</summary>
    private const int ReplayWindow = 4096;

    public static void Write(AttachMessage.Welcome.Builder welcome, SidecarPlan plan, MediaOperatorPlan own, Incarnation incarnation,
        ushort protocol)
    {
        welcome.Protocol = protocol;
        welcome.SidecarIncarnation = incarnation.Value;
        welcome.Pipeline = $"{plan.Namespace}/{plan.Pipeline}";
        welcome.Execution = plan.Execution == Execution.Batch ? AttachMessage.Execution.Batch : AttachMessage.Execution.Streaming;
        welcome.Waiting = plan.Polling.Mode switch
        {
            PollingMode.Busy => AttachMessage.Waiting.Busy,
            PollingMode.Event => AttachMessage.Waiting.Event,
            _ => AttachMessage.Waiting.Hybrid,
        };
        welcome.SpinMicroseconds = (uint)plan.Polling.SpinMicroseconds;
        var pairs = PodTopology.Pairs(plan);
        var name = PodTopology.MediaOperatorEndpoint(own.Name, own.Replica);
        var inputs = welcome.InitInputs(own.Inputs.Count);
        for (var index = 0; index < own.Inputs.Count; index++)
            Write(inputs[index], plan, own.Inputs[index],
                pairs.Count(pair => pair.Consumer == name && pair.Edge == own.Inputs[index].Edge));
        var outputs = welcome.InitOutputs(own.Outputs.Count);
        for (var index = 0; index < own.Outputs.Count; index++)
            Write(outputs[index], plan, own.Outputs[index], pairs.Where(pair => pair.Producer == name).ToList());
    }

    /// <summary>The operator's own port on an edge, and how many frames of it the other side may hold.</summary>
    public static MediaOperatorEdgeSide SideOf(MediaOperatorPlan own, string edge, bool isProducer) => isProducer
        ? new MediaOperatorEdgeSide(own.Outputs.First(output => output.Edges.Contains(edge)).Name, own.MaxBorrowed)
        : new MediaOperatorEdgeSide(own.Inputs.First(input => input.Edge == edge).Name, own.MaxBorrowed);

    public static AttachMessage.OnFull OnFullOf(EdgePlan edge) => edge.OnFull switch
    {
        OnFull.DropOldest => AttachMessage.OnFull.DropOldest,
        OnFull.DropNewest => AttachMessage.OnFull.DropNewest,
        OnFull.LatestOnly => AttachMessage.OnFull.LatestOnly,
        _ => AttachMessage.OnFull.Block,
    };

    private static void Write(AttachMessage.InputPort.Builder port, SidecarPlan plan, InputPortPlan input, int channels)
    {
        var edge = plan.Edges.First(one => one.Name == input.Edge);
        port.Name = input.Name;
        port.Edge = input.Edge;
        port.Order = edge.Order == FrameOrder.BySequence ? AttachMessage.Order.BySequence : AttachMessage.Order.Arrival;
        port.ReorderWindow = edge.Order == FrameOrder.BySequence ? (uint)(edge.ChannelCapacity * channels) : 0;
        port.ReplayWindow = ReplayWindow;
        port.MaxBorrowed = (uint)edge.MaxBorrowed;
        port.ChannelCount = (uint)channels;
        port.DeadlineMilliseconds = (uint)(edge.Queue?.DeadlineMilliseconds ?? 0);
        Write(port.InitCaps(), input.Caps);
    }

    private static void Write(AttachMessage.OutputPort.Builder port, SidecarPlan plan, OutputPortPlan output, List<PortPair> pairs)
    {
        port.Name = output.Name;
        port.QuotaBlocks = (uint)output.QuotaBlocks;
        var edges = port.InitEdges(output.Edges.Count);
        for (var index = 0; index < output.Edges.Count; index++)
        {
            var edge = plan.Edges.First(one => one.Name == output.Edges[index]);
            port.FrameSizeBytes = (ulong)edge.FrameSizeBytes;
            Write(edges[index], edge, pairs.Count(pair => pair.Edge == edge.Name));
        }
        Write(port.InitCaps(), output.Caps);
    }

    private static void Write(AttachMessage.OutputEdge.Builder told, EdgePlan edge, int channels)
    {
        told.Name = edge.Name;
        told.Distribution = edge.Distribution switch
        {
            Distribution.Broadcast => AttachMessage.Distribution.Broadcast,
            Distribution.ByKey => AttachMessage.Distribution.ByKey,
            // Paired replicas have one channel each.
            _ => AttachMessage.Distribution.RoundRobin,
        };
        if (edge.KeyField is { } keyField)
            told.KeyField = keyField;
        told.OnFull = OnFullOf(edge);
        told.Delivery = edge.Delivery == Delivery.AtMostOnce ? AttachMessage.Delivery.AtMostOnce : AttachMessage.Delivery.AtLeastOnce;
        told.ChannelCount = (uint)channels;
        told.ChannelCapacity = (uint)edge.ChannelCapacity;
        if (edge.Queue is not { } queue)
            return;
        (told.QueueFrames, told.WindowFrames) = ((uint)queue.QueueFrames, (uint)queue.WindowFrames);
        told.DeadlineMilliseconds = (uint)(queue.DeadlineMilliseconds ?? 0);
    }

    private static void Write(AttachMessage.Caps.Builder caps, MediaCaps media)
    {
        if (media.Video is { } video)
            Write(caps.InitVideo(), video);
        else if (media.Audio is { } audio)
            Write(caps.InitAudio(), audio);
        else
            caps.SetAny();
    }

    private static void Write(AttachMessage.VideoCaps.Builder caps, VideoCaps video)
    {
        caps.Width = (uint)video.Width;
        caps.Height = (uint)video.Height;
        caps.Format = video.Format;
        caps.FrameRateNumerator = (uint)video.FrameRate.Numerator;
        caps.FrameRateDenominator = (uint)video.FrameRate.Denominator;
    }

    private static void Write(AttachMessage.AudioCaps.Builder caps, AudioCaps audio)
    {
        caps.SampleRate = (uint)audio.SampleRate;
        caps.Channels = (ushort)audio.Channels;
        caps.Format = audio.Format;
        caps.SamplesPerFrame = AudioCaps.FrameSamples;
    }
}
