using System.Text.Json;
using K8sMediaFlow.Cli.Decode;
using K8sMediaFlow.Cli.Inspect;
using K8sMediaFlow.Messages;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests.Inspect;

/// <summary>Encoded payloads in a tap, by a schema that the user gives.</summary>
public sealed class PayloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kmf-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedsFact("capnp")]
    public void A_capnproto_payload_is_shown_by_the_type_that_the_frame_names()
    {
        var schema = Put(
            "score.capnp", "@0xa1b2c3d4e5f60718; struct Score @0xb1b2c3d4e5f60718 { label @0 :Text; values @1 :List(UInt8); }");
        var message = Tool.Run("capnp", ["encode", schema, "Score"],
            "(label = \"goal\", values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])"u8.ToArray());
        using var watched = new WatchedChannel();
        watched.Send(new EncodedInfo { Encoding = PayloadEncoding.CapnProto, SchemaId = 0xb1b2c3d4e5f60718 }, message);
        var payload = new PayloadText(PayloadSchema.Load(schema, isProtobuf: false, []), Type: null);
        var frame = TappedFrame.TryCopy(watched.Channel, 1).ShouldNotBeNull();
        FrameText.Text(frame, payload)
            .ShouldEndWith("\n  payload: ( label = \"goal\",\n    values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, … 2 more] )");
        JsonDocument.Parse(FrameText.Json(frame, payload)).RootElement.GetProperty("payload").GetProperty("label").GetString()
            .ShouldBe("goal");
    }

    [NeedsFact("protoc")]
    public void A_protobuf_payload_is_shown_and_one_that_does_not_fit_is_said_to()
    {
        var schema = Put("goal.proto", "syntax = \"proto3\"; message Goal { string player = 1; }");
        using var watched = new WatchedChannel();
        watched.Send(new EncodedInfo { Encoding = PayloadEncoding.Protobuf, SchemaName = "Goal" }, [10, 1, (byte)'P']);
        watched.Send(new EncodedInfo { Encoding = PayloadEncoding.Protobuf, SchemaName = "Goal" }, [10, 9]);
        watched.Send(new EncodedInfo { Encoding = PayloadEncoding.Protobuf }, [10, 1, (byte)'P']);
        var payload = new PayloadText(PayloadSchema.Load(schema, isProtobuf: false, []), Type: null);
        FrameText.Text(TappedFrame.TryCopy(watched.Channel, 1)!, payload).ShouldEndWith("\n  payload: player: \"P\"");
        FrameText.Text(TappedFrame.TryCopy(watched.Channel, 2)!, payload)
            .ShouldEndWith("\n  payload: this is no Goal: byte 2: a value that exceeds the message");
        FrameText.Text(TappedFrame.TryCopy(watched.Channel, 3)!, payload).ShouldEndWith("give it with --type");
        FrameText.Text(TappedFrame.TryCopy(watched.Channel, 3)!, payload with { Type = "Goal" })
            .ShouldEndWith("\n  payload: player: \"P\"");
        JsonDocument.Parse(FrameText.Json(TappedFrame.TryCopy(watched.Channel, 2)!, payload)).RootElement.GetProperty("payloadError")
            .GetString()!.ShouldStartWith("this is no Goal");
    }

    private string Put(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
