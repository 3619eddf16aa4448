namespace K8sMediaFlow.Links.Simulation.Tests;

public sealed class HistoryTests
{
    [Fact]
    public void Without_faults_every_frame_arrives() => Histories.Apart(static () =>
    {
        for (var seed = 1; seed <= 30; seed++)
            Histories.Run(seed, hasFaults: false);
    });
}
