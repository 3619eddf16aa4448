using K8sMediaFlow.MediaOperators.Reports;
using Shouldly;
using Xunit;

namespace K8sMediaFlow.MediaOperators.Tests.Reports;

public sealed class SequenceRecordTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-record-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void How_often_and_in_which_order_frames_came_is_kept_over_the_lives_of_the_process()
    {
        var path = Path.Combine(_folder.FullName, "seen");
        using (var first = new SequenceRecord(path))
        {
            first.Add(7, 1);
            first.Add(7, 3);
            first.Add(7, 2);
            first.Add(8, 1);
        }
        // The next life gets again what the last one had in hand.
        using (var second = new SequenceRecord(path))
        {
            second.Add(7, 3);
            second.Add(7, 4);
            second.Add(7, (ulong)SequenceRecord.SequencesMax);
        }
        File.ReadAllBytes(path + "-0000000000000007")[..6].ShouldBe(new byte[] { 0, 1, 1 | 0x80, 2, 1, 0 });
        File.ReadAllBytes(path + "-0000000000000008")[..3].ShouldBe(new byte[] { 0, 1, 0 });
    }
}
