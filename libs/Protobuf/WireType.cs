namespace K8sMediaFlow.Protobuf;

/// <summary>The lowest three bits of a tag: how long what follows is.</summary>
public enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthDelimited = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
