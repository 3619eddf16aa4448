namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>A value of any type of a random schema, before it is a message.</summary>
public sealed class Val
{
    /// <summary>Of a number, bool or enum; of an any-pointer, which kind it holds.</summary>
    public ulong Bits { get; init; }

    /// <summary>Of a text or data.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>Of a list; null elements are null pointers.</summary>
    public IReadOnlyList<Val?> Items { get; init; } = [];

    /// <summary>Of a struct or group: what is set. Of a union: the chosen member, or nothing.</summary>
    public Dictionary<string, Val> Fields { get; } = [];

    public static Val Number(ulong bits) => new() { Bits = bits };

    public Val? Field(string name) => Fields.GetValueOrDefault(name);
}

/// <summary>What a random any-pointer holds.</summary>
public static class AnyContent
{
    public const ulong Text = 0, Data = 1, Words = 2, FirstStruct = 16;
}
