using System.Globalization;

namespace K8sMediaFlow.Sidecar;

/// <summary>One line per event on standard error, with the time. Never on the path of a frame: that path counts.</summary>
internal static class Log
{
    public static void Write(string sentence) =>
        Console.Error.WriteLine($"{DateTime.UtcNow.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {sentence}");
}
