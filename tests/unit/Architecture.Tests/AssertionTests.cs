namespace K8sMediaFlow.Architecture.Tests;

/// <summary>What we wrote ourselves is asserted, always on: a broken invariant is found where it breaks and not where it hurts.</summary>
public class AssertionTests
{
    private const string Assertion = "Invariant.That(";

    /// <summary>A room, and its assertions in a thousand lines of hand-written code: no fewer than this.</summary>
    [Theory]
    [InlineData("libs/CapnProto", 5)]
    [InlineData("src/Links", 5)]
    [InlineData("src/Fabric", 5)]
    [InlineData("src/Operator", 5)]
    [InlineData("src/Staging", 7)]
    public void Rooms_assert_what_they_rely_on(string room, int perThousandLines)
    {
        var lines = Repository.Sources(room).SelectMany(File.ReadLines).ToList();
        var assertions = lines.Sum(line => line.Split(Assertion).Length - 1);
        (assertions * 1000)
            .ShouldBeGreaterThanOrEqualTo(perThousandLines * lines.Count, $"{room}: {assertions} assertions in {lines.Count} lines");
    }
}
