using System.Text.Json;
using K8sMediaFlow.Protobuf;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>What only Protobuf's JSON has.</summary>
internal sealed partial record JsonPlace
{
    /// <summary>A map's key, read like a value.</summary>
    public JsonPlace Key(string name) => new(JsonElement.Parse($"\"{JsonEncodedText.Encode(name)}\""), this, "." + name);

    public void RequireObject(MessageType type) => Require(Kind == JsonValueKind.Object, $"an object ({type})");

    public partial void Fail(string reason) => throw new ProtobufException($"{Path}: {reason}");
}
