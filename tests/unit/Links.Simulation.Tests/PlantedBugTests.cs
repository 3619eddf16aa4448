namespace K8sMediaFlow.Links.Simulation.Tests;

/// <summary>A simulation that finds nothing proves little: here it has something to find.</summary>
public sealed class PlantedBugTests
{
    private const int SeedsMax = 500;

    [Theory]
    [InlineData(nameof(PlantedBug.EarlyAcknowledgement), "is lost", "a wait has no end")]
    [InlineData(nameof(PlantedBug.SkippedFence), "was altered", "LandingViolation", "block")]
    [InlineData(nameof(PlantedBug.LeakedBlock), "are not free", "a wait has no end")]
    public void A_planted_bug_is_found_within_500_histories(string planted, params string[] signs) => Histories.Apart(() =>
    {
        var bug = Enum.Parse<PlantedBug>(planted);
        for (var index = 0; index < SeedsMax; index++)
        {
            try
            {
                Histories.Run(unchecked(HistoryTests.First + index), bug);
            }
            catch (HistoryException found)
            {
                Console.WriteLine($"{bug} was found by history {index + 1}: {found.Message}");
                signs.ShouldContain(sign => found.Message.Contains(sign, StringComparison.Ordinal), found.Message);
                return;
            }
        }
        Assert.Fail($"{bug} was not found in {SeedsMax} histories");
    });
}
