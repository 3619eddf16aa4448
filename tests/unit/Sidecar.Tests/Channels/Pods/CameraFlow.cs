using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.Sidecar.Tests.Channels.Pods;

/// <summary>What a test's source sends.</summary>
internal static class CameraFlow
{
    /// <summary>Sends frames of the port's caps; waits for room.</summary>
    public static void Send(this MediaOperator camera, int frames)
    {
        for (var frame = 0; frame < frames; frame++)
        {
            using var loan = camera.Outputs["video"].Loan();
            loan.Send();
        }
    }

    /// <summary>The same, and ends the stream.</summary>
    public static void SendAll(this MediaOperator camera, int frames)
    {
        camera.Send(frames);
        camera.Outputs["video"].Complete();
    }
}
