using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The samples that listen: an encoder calls them over SRT and RTMP, and calls again after the look at its caps.</summary>
public class IngestTests
{
    private static readonly string[] Picture = ["-re", "-f", "lavfi", "-i", "testsrc=size=1280x720:rate=30"];
    private static readonly string[] Coding = ["-t", "4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune",
        "zerolatency", "-g", "30"];

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void An_encoder_that_calls_over_SRT_is_seen_at_the_end_of_the_pipeline()
    {
        var port = FreePort();
        using var run = Start("ingest-srt", "9000", port);
        Publish(run, [.. Picture, .. Coding, "-f", "mpegts", $"srt://127.0.0.1:{port}?mode=caller"]);
        ShouldHaveFlown(run, "analyse.video->watch.video (Local)");
    }

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void A_publisher_over_RTMP_is_seen_and_heard_at_the_end_of_the_pipeline()
    {
        var port = FreePort();
        using var run = Start("ingest-rtmp", "1935", port);
        Publish(run, [.. Picture, "-f", "lavfi", "-i", "sine=sample_rate=48000", .. Coding, "-c:a", "aac", "-ac", "2", "-f", "flv",
            $"rtmp://127.0.0.1:{port}/live/match"]);
        ShouldHaveFlown(run, "scale.video->watch.video (TCP)", "ingest.audio->watch.audio (TCP)");
    }

    /// <summary>
    /// As a batch, so that the run ends with the encoder, and with the stream's key written out: there is no Secret here.
    /// </summary>
    private static LocalRun Start(string sample, string declaredPort, int port) => new LocalRun().Start(
        File.ReadAllText(Path.Combine(Programs.Root, "config", "samples", sample + ".yaml"))
            .Replace("Streaming", "Batch", StringComparison.Ordinal)
            .Replace(declaredPort, port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("valueFrom: {secretKeyRef: {name: stream, key: key}}", "value: match", StringComparison.Ordinal));

    private static void Publish(LocalRun run, string[] arguments)
    {
        for (var calls = 0; calls < 20 && !run.HasExited; calls++)
        {
            try
            {
                Tool.Run("ffmpeg", ["-hide_banner", "-loglevel", "error", .. arguments]);
                if (run.Flows)
                    return;
            }
            catch (InvalidOperationException)
            {
                // Nobody listens yet, or the call was only looked at.
                Thread.Sleep(500);
            }
        }
    }

    private static void ShouldHaveFlown(LocalRun run, params string[] edges)
    {
        run.AwaitExit().ShouldBe(0, run.Log);
        foreach (var edge in edges)
            run.Log.ShouldMatch(System.Text.RegularExpressions.Regex.Escape(edge) + @": [1-9]\d+ frames.*gaps 0, duplicates 0, drops 0");
        run.Leftovers().ShouldBeEmpty();
    }

    /// <summary>
    /// Free for both protocols, and below the kernel's range of ephemeral ports: a sidecar of the run once took the
    /// publisher's port.
    /// </summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (IsFree(port, SocketType.Dgram, ProtocolType.Udp) && IsFree(port, SocketType.Stream, ProtocolType.Tcp))
                return port;
        }
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
