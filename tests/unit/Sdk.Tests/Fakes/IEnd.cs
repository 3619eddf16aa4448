using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>One end of a channel as the fake sidecar introduces it: an attached operator, or a raw end in the test itself.</summary>
internal interface IEnd
{
    string Name { get; }

    MemoryFile DoorbellFile { get; }

    StagingRegion? Region { get; }

    void Offer(StagingRegion region);

    void Tell(ulong channel, ushort index, StagingRegion region, bool isConsumer);

    void Offer(ChannelFile channel, string port, bool isProducer, IEnd peer);
}
