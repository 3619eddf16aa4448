using K8sMediaFlow.Sidecar.Channels;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>What a test may count on when an operator has attached.</summary>
internal static class Attached
{
    /// <summary>
    /// Waits until the pod counts the end. An operator's attach ends with a message of its own, that it has mapped its region; the sidecar
    /// counts it when it has read that, and on a busy machine a test asks in between.
    /// </summary>
    public static void AwaitAlive(this ChannelBroker ports, string end) =>
        Watchdog.Until(() => ports.IsAlive(end), () => $"{end} is not counted as attached");
}
