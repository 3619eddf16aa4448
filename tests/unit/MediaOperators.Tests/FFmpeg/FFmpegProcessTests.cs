using System.Globalization;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Tests.Bridging;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.FFmpeg;

public sealed class FFmpegProcessTests
{
    private const int Pictures = 40;

    // Of the fields of stat behind the name: page faults that needed no disk.
    private const int FaultsAt = 7;

    private static readonly VideoShape _video = new(1280, 720, "yuv420p", new FrameRate(25, 1));

    [Fact]
    public void Tunables_that_the_user_has_set_stay_as_they_are()
    {
        FFmpegProcess.Settings("glibc.malloc.check=3").ShouldBeEmpty();
        FFmpegProcess.Settings(null).ShouldContainKey(FFmpegProcess.TunablesName);
    }

    // Counted between the 20th and the last picture: before, the memory that is kept has to be got.
    [NeedsFact("ffmpeg")]
    public void Ffmpeg_keeps_the_memory_that_it_has_for_pictures()
    {
        var kept = FaultsOf(FFmpegProcess.Start);
        var plain = FaultsOf((arguments, descriptors) => PipedProcess.Start("ffmpeg", arguments, descriptors));
        kept.ShouldBeLessThan(plain / 4, $"page faults, of {plain} without settings");
    }

    private static long FaultsOf(Func<IReadOnlyList<string>, PipedDescriptors, PipedProcess> start)
    {
        using var process = start(FFmpegArguments.Scale(_video, _video), new PipedDescriptors([0], [1]));
        var picture = new byte[_video.FrameBytes];
        var before = 0L;
        for (var sequence = 1; sequence <= Pictures; sequence++)
        {
            process.Write(0, picture);
            process.Read(1, picture, "a picture").ShouldBe(picture.Length);
            if (sequence == Pictures / 2)
                before = Faults(process.ProcessId);
        }
        return Faults(process.ProcessId) - before;
    }

    private static long Faults(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[FaultsAt], CultureInfo.InvariantCulture);
    }
}
