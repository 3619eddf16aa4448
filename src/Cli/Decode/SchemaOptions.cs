using System.CommandLine;

namespace K8sMediaFlow.Cli.Decode;

/// <summary>The options by which a user gives a schema.</summary>
internal static class SchemaOptions
{
    public static Option<string?> Schema(bool isRequired) => new("--schema")
    {
        Description = "A .capnp or .proto file (capnp or protoc compiles it), or what `capnp compile -o-` or `protoc --descriptor_set_out` wrote.",
        Required = isRequired,
    };

    public static Option<bool> Protobuf() => new("--protobuf") { Description = "The compiled schema is a FileDescriptorSet." };

    public static Option<string[]> Imports() => new("--import", "-I") { Description = "Where the compiler looks for imported files." };
}
