using System.Text.Json;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Tests.Reports;

public sealed class RenamedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("renamed").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_has_its_name_only_when_it_is_whole()
    {
        var file = new RenamedFile(Path.Combine(_folder, "deep", "a.bin"));
        file.Prepare();
        File.WriteAllText(file.PartialPath, "whole");
        File.Exists(file.Path).ShouldBeFalse();
        file.Commit();
        File.ReadAllText(file.Path).ShouldBe("whole");
        File.Exists(file.PartialPath).ShouldBeFalse();
    }

    [Fact]
    public void What_an_earlier_run_left_is_removed_and_what_it_finished_is_kept()
    {
        var file = new RenamedFile(Path.Combine(_folder, "a.bin"));
        File.WriteAllText(file.Path, "finished");
        File.WriteAllText(file.PartialPath, "torn");
        file.Prepare();
        File.Exists(file.PartialPath).ShouldBeFalse();
        File.ReadAllText(file.Path).ShouldBe("finished");
    }

    [Fact]
    public void Metadata_of_every_kind_become_json()
    {
        var metadata = new FrameMetadata();
        metadata.Set("whole", 42L);
        metadata.Set("number", 0.5);
        metadata.Set("nothing", double.NaN);
        metadata.Set("yes", true);
        metadata.Set("text", "größer \"als\"");
        metadata.Set("data", new byte[] { 1, 2, 3 }.AsSpan());
        metadata.Set("numbers", (ReadOnlySpan<double>)[1.5, double.PositiveInfinity]);
        metadata.Set("wholes", (ReadOnlySpan<long>)[1, 2]);
        var path = Path.Combine(_folder, "a.json");
        using (var json = new MetadataJson(new RenamedFile(path)))
        {
            json.Add(new FrameIdentity(0xA1, 7), 33_366_666, 33_366_667, metadata);
            File.Exists(path).ShouldBeFalse();
            json.Commit(writer => writer.WriteNumber("after", 1));
        }
        File.ReadAllText(path).ShouldBe("""
            {"frames":[{"stream":"00000000000000a1","sequence":7,"presentation_time_ns":33366666,"duration_ns":33366667,
            "metadata":{"whole":42,"number":0.5,"nothing":null,"yes":true,"text":"gr\u00F6\u00DFer \u0022als\u0022","data":"AQID",
            "numbers":[1.5,null],"wholes":[1,2]}}],"after":1}
            """.ReplaceLineEndings(""));
        JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("frames").GetArrayLength().ShouldBe(1);
    }
}
