using K8sMediaFlow.Cli.Commands;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli;

/// <summary>Values as users write them.</summary>
internal static class Format
{
    internal static string Of(EdgeWay way) => way switch
    {
        EdgeWay.Tcp => "TCP",
        EdgeWay.Rdma => "RDMA",
        EdgeWay.Auto => "Auto",
        _ => "Local",
    };

    /// <summary>As a sidecar says it, or several of those.</summary>
    internal static string OfWay(string way) =>
        string.Join('+', way.Split('+').Select(one => Enum.TryParse<EdgeWay>(one, out var known) ? Of(known) : one));

    internal static string Of(Transport transport) => transport switch
    {
        Transport.Tcp => "TCP",
        Transport.Rdma => "RDMA",
        _ => "Auto",
    };
}
