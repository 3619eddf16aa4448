using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>What a schema's nodes may say of types.</summary>
public class TypeTableTests
{
    private const ulong Box = 0x1234;

    /// <summary>A field of such a type would have a pointer's place, and be written as data.</summary>
    [Theory]
    [InlineData(DynamicKind.Int64)]
    [InlineData(DynamicKind.Bool)]
    [InlineData(DynamicKind.Void)]
    public void A_parameter_that_a_schema_binds_to_no_pointer_type_is_refused(DynamicKind kind)
    {
        var node = new SchemaNode { Id = Box, Name = "Box", File = "box.capnp", Annotations = [], IsStruct = true };
        var table = new TypeTable(null!, new Dictionary<ulong, SchemaNode> { [Box] = node });
        var bound = new TypeNode(DynamicKind.Struct, Box, null, [new BrandScope(Box, [new TypeNode(kind, 0, null, [])])]);
        var refused = Should.Throw<CapnProtoException>(() => table.Resolve(bound, Bindings.None));
        refused.Error.ShouldBe(CapnProtoError.BadValue);
        refused.Message.ShouldEndWith($"the schema binds a parameter of 0x1234 to {kind}, which is no pointer type");
    }
}
