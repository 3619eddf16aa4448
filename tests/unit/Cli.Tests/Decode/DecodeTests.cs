using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests.Decode;

public sealed class DecodeTests : IDisposable
{
    private const string Score = """
        @0xa1b2c3d4e5f60718;
        struct Score { label @0 :Text; value @1 :Float64; frames @2 :List(UInt64); }
        """;

    private const string Goal = "syntax = \"proto3\"; package game; message Goal { string player_name = 1; repeated int64 frames = 2; }";

    private readonly string _folder = Directory.CreateTempSubdirectory("kmf-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedsFact("capnp")]
    public void Messages_are_shown_by_a_schema_file_as_the_reference_shows_them()
    {
        var (schema, message) = Scores();
        var text = System.Text.Encoding.UTF8.GetString(Tool.Run("capnp", ["decode", schema, "Score"], File.ReadAllBytes(message)));
        Run.Command("decode", "--schema", schema, "--type", "Score", message).ShouldBe((0, text, ""));
        Run.Command("decode", "--schema", schema, "--type", "Score", "--json", "--short", message).ShouldBe(
            (0, "{\"label\":\"goal\",\"value\":0.5,\"frames\":[\"1\",\"2\"]}\n{\"value\":2}\n", ""));
    }

    [NeedsFact("capnp")]
    public void A_schema_may_be_compiled_beforehand()
    {
        var (schema, message) = Scores();
        var compiled = Path.Combine(_folder, "score.bin");
        File.WriteAllBytes(compiled, Tool.Run("capnp", ["compile", "-o-", schema]));
        Run.Command("decode", "--schema", compiled, "--type", "Score", "--short", message)
            .Output.ShouldStartWith("(label = \"goal\", value = 0.5");
    }

    [NeedsFact("protoc")]
    public void A_protobuf_message_is_shown_by_its_source_or_its_descriptor_set()
    {
        var (schema, set, message) = (Put("goal.proto", Goal), Path.Combine(_folder, "goal.set"), Path.Combine(_folder, "goal"));
        Tool.Run("protoc", ["-I" + _folder, "--descriptor_set_out=" + set, schema]);
        File.WriteAllBytes(message, Tool.Run("protoc", ["-I" + _folder, "--encode=game.Goal", schema],
            "player_name: \"P\" frames: [1, 2]"u8.ToArray()));
        Run.Command("decode", "--schema", schema, "--type", "game.Goal", message)
            .ShouldBe((0, "player_name: \"P\"\nframes: 1\nframes: 2\n", ""));
        Run.Command("decode", "--schema", set, "--protobuf", "--type", "game.Goal", "--json", "--short", message)
            .ShouldBe((0, "{\"playerName\":\"P\",\"frames\":[\"1\",\"2\"]}\n", ""));
    }

    [NeedsFact("capnp")]
    public void What_cannot_be_shown_is_said_in_a_sentence()
    {
        var (schema, message) = Scores();
        Run.Command("decode", "--schema", schema + "x", "--type", "Score", message)
            .ShouldBe((1, "", $"there is no schema file '{schema}x'\n"));
        Run.Command("decode", "--schema", schema, "--type", "Goal", message)
            .Error.ShouldBe("this is no Goal: the schema has no struct 'Goal' (it has: Score)\n");
        Run.Command("decode", "--schema", message, "--protobuf", "--type", "Score", message)
            .Error.ShouldStartWith($"{message} is no schema: ");
        Run.Command("decode", "--schema", Put("bad.capnp", "struct {"), "--type", "Score", message)
            .Error.ShouldStartWith("capnp refuses the schema: ");
        Run.Command("decode", "--schema", schema, "--type", "Score", schema).Error.ShouldStartWith("this is no Score: ");
        Run.Command("decode", "--schema", schema, "--type", "Score", Path.Combine(_folder, "none")).ExitCode.ShouldBe(1);
    }

    private (string Schema, string Message) Scores()
    {
        var (schema, message) = (Put("score.capnp", Score), Path.Combine(_folder, "scores"));
        var first = Tool.Run("capnp", ["encode", schema, "Score"], "(label = \"goal\", value = 0.5, frames = [1, 2])"u8.ToArray());
        File.WriteAllBytes(message, [.. first, .. Tool.Run("capnp", ["encode", schema, "Score"], "(value = 2)"u8.ToArray())]);
        return (schema, message);
    }

    private string Put(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
