using System.Globalization;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>A socket that waits for peers.</summary>
internal sealed record ListeningSocket(string Protocol, int Port, bool IsLoopback)
{
    public override string ToString() => FormattableString.Invariant($"{(IsLoopback ? "loopback " : "")}{Protocol} {Port}");
}

/// <summary>What the kernel knows of a pod's network namespace, read through one of its processes.</summary>
internal static class ListeningSockets
{
    private const string Listening = "0A", Unconnected = "07";

    public static IReadOnlyList<ListeningSocket> Of(string podUid)
    {
        var process = NodeProcess.Of(podUid, "")[0];
        return [.. new[] { "tcp", "tcp6", "udp", "udp6" }.SelectMany(table => Read(process, table)).Distinct()];
    }

    private static IEnumerable<ListeningSocket> Read(int process, string table) =>
        from line in File.ReadLines($"/proc/{process}/net/{table}").Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields[3] == (table.StartsWith("tcp", StringComparison.Ordinal) ? Listening : Unconnected)
        let local = fields[1].Split(':')
        select new ListeningSocket(table[..3].ToUpperInvariant(), int.Parse(local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            IsLoopback(local[0]));

    // Words in the machine's own order: 127.0.0.1 ends in 7F, ::1 in 01000000, and ::ffff:127.0.0.1 in both.
    private static bool IsLoopback(string address) => address.Length == 8 ? address.EndsWith("7F", StringComparison.Ordinal)
        : address == "00000000000000000000000001000000"
            || (address.StartsWith("0000000000000000FFFF0000", StringComparison.Ordinal)
            && address.EndsWith("7F", StringComparison.Ordinal));
}

/// <summary>Ports that the policies which select a pod let anybody through to.</summary>
internal static class AllowedPorts
{
    public static IReadOnlySet<int> Of(JsonNode pod, IEnumerable<JsonNode> policies) => policies.Where(policy => Selects(policy, pod))
        .SelectMany(policy => policy["spec"]!["ingress"]?.AsArray() ?? []).SelectMany(rule => rule!["ports"]?.AsArray() ?? [])
        .Select(port => Number(port!["port"]!, pod)).ToHashSet();

    private static bool Selects(JsonNode policy, JsonNode pod) => (policy["spec"]!["podSelector"]?["matchLabels"]?.AsObject() ?? [])
        .All(label => (string?)pod["metadata"]!["labels"]?[label.Key] == (string?)label.Value);

    private static int Number(JsonNode port, JsonNode pod) => port.GetValueKind() == System.Text.Json.JsonValueKind.Number ? (int)port
        : (int)pod["spec"]!["containers"]!.AsArray().SelectMany(container => container!["ports"]?.AsArray() ?? [])
            .First(one => (string?)one!["name"] == (string?)port)!["containerPort"]!;
}
