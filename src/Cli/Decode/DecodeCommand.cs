using System.CommandLine;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Decode;

/// <summary><c>decode --schema FILE --type NAME</c>: messages by a schema, as text or JSON.</summary>
internal static class DecodeCommand
{
    internal static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The message; - reads the standard input.",
            DefaultValueFactory = _ => "-",
        };
        var schema = SchemaOptions.Schema(isRequired: true);
        var type = new Option<string>("--type")
        {
            Description = "Cap'n Proto: Outer.Inner or 0x<id>. Protobuf: package.Message.",
            Required = true,
        };
        var (isProtobuf, imports) = (SchemaOptions.Protobuf(), SchemaOptions.Imports());
        var isJson = new Option<bool>("--json") { Description = "JSON instead of the format's own text." };
        var isShort = new Option<bool>("--short") { Description = "One line where the form allows." };
        var command = new Command("decode",
            "Show messages by a schema, as capnp and protoc do. Cap'n Proto messages stand framed, one after the other.")
        {
            file, schema, type, isProtobuf, imports, isJson, isShort,
        };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(file),
            () => PayloadSchema.Load(parsed.GetRequiredValue(schema)!, parsed.GetValue(isProtobuf), parsed.GetValue(imports) ?? []),
            parsed.GetRequiredValue(type),
            new PayloadForm(parsed.GetValue(isJson), !parsed.GetValue(isShort), IsGlance: false),
            parsed.InvocationConfiguration));
        return command;
    }

    private static int Run(string file, Func<PayloadSchema> load, string type, PayloadForm form, InvocationConfiguration invocation)
    {
        try
        {
            load().Write(Read(file), type, form, invocation.Output);
            return 0;
        }
        catch (Exception error) when (error is RunException or IOException or UnauthorizedAccessException)
        {
            invocation.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static byte[] Read(string file)
    {
        if (file != "-")
            return File.ReadAllBytes(file);
        using var bytes = new MemoryStream();
        using var input = Console.OpenStandardInput();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }
}
