using System.Text.Json;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What is held now: of the devices by any process, and the descriptors of this one.</summary>
internal sealed record HeldResources(int QueuePairs, int CompletionQueues, int Memories, int Domains, int Descriptors)
{
    public static HeldResources Now()
    {
        using var told = JsonDocument.Parse(Tool.Run("/usr/bin/rdma", ["-j", "resource", "show"]));
        int Sum(string name) => told.RootElement.EnumerateArray().Sum(device => device.GetProperty(name).GetInt32());
        return new HeldResources(Sum("qp"), Sum("cq"), Sum("mr"), Sum("pd"), OwnDescriptors());
    }

    /// <summary>Of the kinds that a device and its connections have: the runtime opens others as it goes.</summary>
    private static int OwnDescriptors() => Directory.GetFiles("/proc/self/fd").Select(Target).Count(one =>
        one.Contains("uverbs", StringComparison.Ordinal) || one.Contains("[infinibandevent]", StringComparison.Ordinal)
            || one.Contains("[eventfd]", StringComparison.Ordinal));

    private static string Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName ?? "";
        }
        catch (IOException)
        {
            // The one that listed them.
            return "";
        }
    }
}
