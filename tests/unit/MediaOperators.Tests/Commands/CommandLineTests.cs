using K8sMediaFlow.MediaOperators.Commands;

namespace K8sMediaFlow.MediaOperators.Tests.Commands;

public class CommandLineTests
{
    public static TheoryData<string> Verbs => ["decode", "encode", "scale", "analyse", "overlay", "exec", "sink", "generate"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_explains_itself(string verb) =>
        (await MediaOperatorCommand.RunAsync([verb, "--help"])).ShouldBe(0);

    [Theory]
    [MemberData(nameof(Verbs))]
    public Task An_unknown_argument_is_a_usage_error(string verb) => ShouldBeUsageErrorAsync(verb, "--no-such-thing");

    [Theory]
    [InlineData("transmogrify")]
    [InlineData("decode")]
    [InlineData("encode", "--video-codec", "libx264")]
    [InlineData("exec")]
    [InlineData("scale", "--width", "wide")]
    [InlineData("generate", "--frames")]
    [InlineData("overlay", "stray")]
    [InlineData("analyse", "--text", "x")]
    [InlineData("sink", "one", "two", "three", "four", "five", "six")]
    public Task What_cannot_be_read_is_a_usage_error(params string[] arguments) => ShouldBeUsageErrorAsync(arguments);

    [Fact]
    public Task No_verb_at_all_is_a_usage_error() => ShouldBeUsageErrorAsync();

    [Theory]
    [InlineData("exec", "--stall-seconds", "5", "--", "ffmpeg", "-i", "pipe:0", "--help")]
    [InlineData("decode", "--input", "a.mp4", "--realtime", "--", "-ss", "10", "-t", "5")]
    [InlineData("encode", "--output", "a.mp4", "--preset", "slow", "--", "-crf", "18", "-metadata", "title=A day: \"out\"", "-h", "--help",
        "--output")]
    [InlineData("generate")]
    [InlineData("sink", "--verify", "--count-file", "a.json", "--delay-ms", "10")]
    public void What_is_meant_is_read(params string[] arguments) => MediaOperatorCommand.Build().Parse(arguments).Errors.ShouldBeEmpty();

    [Theory]
    [InlineData("decode", "--input", "a.mp4", "-ss", "10")]
    [InlineData("decode", "--input", "a.mp4", "stray", "--", "-ss", "10")]
    [InlineData("decode", "--input", "a.mp4", "--ffmpeg-args", "-hwaccel auto")]
    [InlineData("encode", "--output", "a.mp4", "-crf", "18")]
    [InlineData("encode", "--output", "live.m3u8")]
    [InlineData("encode", "--output", "gopher://a/b")]
    public Task What_stands_before_the_dashes_is_no_option_of_ffmpegs_and_an_output_without_a_container_is_refused_at_once(
        params string[] arguments) => ShouldBeUsageErrorAsync(arguments);

    [Fact]
    public void Arguments_for_ffmpeg_are_handed_on_as_they_are()
    {
        string[] words = ["-hide_banner", "-c:v", "h264", "-metadata", "title=two  words", "--", ""];
        var parsed = MediaOperatorCommand.Build().Parse(["decode", "--input", "a.mp4", "--", .. words]);
        parsed.GetValue<string[]>("FFMPEG").ShouldBe(words);
        FFmpegOptions.Stray(parsed).ShouldBeNull();
    }

    // What is wrong is not lost in the description of everything that there is.
    private static async Task ShouldBeUsageErrorAsync(params string[] arguments)
    {
        using var said = new StringWriter();
        (await MediaOperatorCommand.RunAsync(arguments, said)).ShouldBe(MediaOperatorCommand.UsageError);
        var lines = said.ToString().TrimEnd().Split('\n');
        lines.Length.ShouldBeInRange(2, 4, said.ToString());
        lines[..^1].ShouldAllBe(line => line.StartsWith("media-operator: ", StringComparison.Ordinal));
        lines[^1].ShouldBe("Try 'media-operator --help' or 'media-operator VERB --help'.");
    }
}
