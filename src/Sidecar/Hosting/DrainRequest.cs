using K8sMediaFlow.Native;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>
/// <c>k8smediaflow-sidecar drain FILE</c>: asks the sidecar of this pod to drain, as SIGTERM does. It is the sidecar's hook at the end of a
/// pod. Where the server has native sidecars, their own SIGTERM comes only when the media operators have ended, and no other component
/// tells those that no more frames come.
/// </summary>
internal static class DrainRequest
{
    /// <summary>The exit code; what was wrong goes to standard error.</summary>
    public static int Run(string optionsFile)
    {
        try
        {
            Send(SidecarOptionsFile.Read(optionsFile).SocketPath);
            return 0;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException or NativeException)
        {
            Console.Error.WriteLine($"no drain: {wrong.Message}");
            return 1;
        }
    }

    // Who listens on the socket is the sidecar, whatever its number in this pod.
    private static void Send(string socketPath)
    {
        using var socket = LocalSocket.Connect(socketPath, TimeSpan.Zero);
        ProcessSignals.Terminate(socket.PeerProcessId);
    }
}
