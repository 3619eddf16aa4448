using System.Text.Json;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What a test came to, as a line of output that is told from all others by its first word.</summary>
public sealed record GuestResult(string Test, bool IsPassed, decimal Seconds, string Reason)
{
    private const string Mark = "@result ";

    public string ToLine() => Mark + JsonSerializer.Serialize(this);

    public static GuestResult? TryRead(string line) =>
        line.StartsWith(Mark, StringComparison.Ordinal) ? JsonSerializer.Deserialize<GuestResult>(line[Mark.Length..]) : null;
}
