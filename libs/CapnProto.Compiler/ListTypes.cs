namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Lists in C#: what reads and builds a list of that element.</summary>
/// <param name="Reader">The typed view.</param>
/// <param name="As">The call that makes it of an untyped list reader.</param>
/// <param name="Builder">The typed builder, void for a List(Void).</param>
/// <param name="Init">The method that makes a new one.</param>
/// <param name="Get">The method that finds the one that is there.</param>
/// <param name="IsWrapped">Whether the builder is typed by wrapping what these methods give.</param>
internal sealed record ListType(string Reader, string As, string Builder, string Init, string Get, bool IsWrapped = false)
{
    public static ListType Numbers(string type) => new(
        $"capnp::ListReader<{type}>", $".As<{type}>()", $"capnp::ListBuilder<{type}>", $"InitList<{type}>", $"GetList<{type}>");

    public static ListType Structs(string reader, string builder) => new(
        $"capnp::StructListReader<{reader}>", $".AsStructs<{reader}>()",
        $"capnp::StructListBuilder<{builder}>", $"InitStructs<{builder}>", $"GetStructs<{builder}>");

    /// <summary>Of anything that a type parameter can stand for.</summary>
    public static ListType Pointers(string reader, string builder) => new(
        $"capnp::PointerListReader<{reader}>", $".AsPointers<{reader}>()", $"capnp::PointerListBuilder<{builder}>", "InitPointers",
            "GetPointers", true);

    public static ListType Voids { get; } = new("capnp::ListReader", "", "void", "InitVoids", "GetVoids");

    public static ListType Bools { get; } = new("capnp::BoolListReader", ".AsBools()", "capnp::BoolListBuilder", "InitBools", "GetBools");

    public static ListType Texts { get; } = Untyped("Text", ".AsTexts()");

    public static ListType Datas { get; } = Untyped("Data", ".AsDatas()");

    public static ListType AnyPointers { get; } = Untyped("Pointer", ".AsPointers()");

    private static ListType Untyped(string kind, string cast) =>
        new($"capnp::{kind}ListReader", cast, "capnp::PointerListBuilder", "InitPointers", "GetPointers");
}
