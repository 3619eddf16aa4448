using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

/// <summary>Whatever bytes come, reading a plan ends with a plan that holds or with an error, never with an exception.</summary>
public sealed class PlanFuzzTests
{
    private static readonly byte[] Valid = PlanJson.Write(PlanSamples.Studio());
    private static readonly string[] Tokens = ["null", "{}", "[]", "-1", "0", "1e400", "9223372036854775807", "\"\"", "true", "[null]",
        "\"\\u0000\"", "[[[["];

    [Fact]
    public void Reading_a_spoiled_plan_never_throws()
    {
        var random = new Random(Seed.Take(nameof(Reading_a_spoiled_plan_never_throws)));
        for (var i = 0; i < 6_000; i++)
            Fuzz(Spoil(random));
    }

    private static void Fuzz(ReadOnlySpan<byte> bytes)
    {
        if (!PlanJson.TryParse(bytes, out var plan, out var error))
        {
            error.ShouldNotBeNullOrWhiteSpace();
            return;
        }
        // What was accepted is a plan: it can be written, read again, and its references lead somewhere.
        PlanJson.TryParse(PlanJson.Write(plan), out _, out error).ShouldBeTrue(error);
        foreach (var input in plan.Operators.SelectMany(op => op.Inputs))
            plan.Edges.ShouldContain(edge => edge.Name == input.Edge);
    }

    private static byte[] Spoil(Random random)
    {
        var bytes = Valid.ToList();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
            Edit(bytes, random);
        return [.. bytes];
    }

    private static void Edit(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                bytes.Add((byte)' ');
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 200), bytes.Count - at)));
                break;
            default:
                ReplaceValue(bytes, at, Tokens[random.Next(Tokens.Length)]);
                break;
        }
    }

    private static void ReplaceValue(List<byte> bytes, int from, string token)
    {
        var colon = bytes.IndexOf((byte)':', from);
        var end = colon < 0 ? -1 : bytes.FindIndex(colon, one => one is (byte)',' or (byte)'\n');
        if (end < 0)
            return;
        bytes.RemoveRange(colon + 1, end - colon - 1);
        bytes.InsertRange(colon + 1, System.Text.Encoding.UTF8.GetBytes(token));
    }
}
