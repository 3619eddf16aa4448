using Google.Protobuf.Reflection;

namespace K8sMediaFlow.Protobuf;

/// <summary>An enum of a descriptor set.</summary>
public sealed class EnumType
{
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<string, int> _numbers = [];

    internal EnumType(string fullName, EnumDescriptorProto proto, bool isClosed)
    {
        (FullName, IsClosed) = (fullName, isClosed);
        foreach (var value in proto.Value)
        {
            _names.TryAdd(value.Number, value.Name);
            _numbers.TryAdd(value.Name, value.Number);
        }

        First = proto.Value.Count > 0 ? proto.Value[0].Number : 0;
    }

    public string FullName { get; }

    /// <summary>Of proto2: a number without a name is kept as an unknown field, not as a value.</summary>
    public bool IsClosed { get; }

    /// <summary>The default value where the schema gives none.</summary>
    internal int First { get; }

    /// <summary>Null if the schema has no name for it. Of several names the first.</summary>
    public string? Name(int number) => _names.GetValueOrDefault(number);

    public bool TryFind(string name, out int number) => _numbers.TryGetValue(name, out number);
}
