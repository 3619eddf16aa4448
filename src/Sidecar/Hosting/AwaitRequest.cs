using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>
/// <c>k8smediaflow-sidecar await FILE SECONDS</c>: waits until the sidecar of this pod listens, at most for so long. It is the probe of its
/// start: a kubelet that asks a program that does not listen yet writes a Warning, however normal that is on a node with much to do; one
/// that waits for an answer does not.
/// </summary>
internal static class AwaitRequest
{
    private const string Request = "GET /startupz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The exit code; what was wrong goes to standard error.</summary>
    public static int Run(string optionsFile, string seconds)
    {
        try
        {
            if (!double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var limit) || limit > 3600)
                throw new InvalidDataException($"'{seconds}' is no number of seconds");
            var options = SidecarOptionsFile.Read(optionsFile);
            var port = options.HealthPort ?? throw new InvalidDataException($"{optionsFile}: no healthPort");
            return IsListening(new(IPAddress.Parse(options.Address), port), TimeSpan.FromSeconds(limit)) ? 0 : 1;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"not awaited: {wrong.Message}");
            return 1;
        }
    }

    private static bool IsListening(IPEndPoint health, TimeSpan limit)
    {
        for (var since = Stopwatch.GetTimestamp(); ;)
        {
            var obstacle = Obstacle(health);
            if (obstacle.Length == 0)
                return true;
            if (Stopwatch.GetElapsedTime(since) > limit)
            {
                Console.Error.WriteLine($"the sidecar does not listen after {limit.TotalSeconds:0.#} s: {obstacle}");
                return false;
            }
            Thread.Sleep(Pause);
        }
    }

    /// <summary>
    /// Why it does not listen, or empty. By a plain socket: this process starts beside the one that it waits for, and should cost little.
    /// </summary>
    private static string Obstacle(IPEndPoint health)
    {
        try
        {
            using var socket = new Socket(health.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 1000 };
            socket.Connect(health);
            socket.Send(Encoding.ASCII.GetBytes(Request));
            var answer = new byte[64];
            var length = socket.Receive(answer);
            var line = Encoding.ASCII.GetString(answer, 0, length).Split('\r')[0];
            return line.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? "" : $"it answers '{line}'";
        }
        catch (SocketException error)
        {
            return error.Message;
        }
    }
}
