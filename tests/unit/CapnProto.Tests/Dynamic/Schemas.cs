using System.Text;
using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Schemas of the tests, loaded through the reference compiler, and the reference's own rendering of messages.</summary>
public sealed class Schemas
{
    private readonly string _file;
    private readonly string[] _imports;

    private Schemas(string file, params string[] imports)
    {
        _file = file;
        _imports = [.. imports.Select(folder => "-I" + folder)];
        Request = Tool.Run("capnp", ["compile", .. _imports, "-o-", file]);
        Schema = DynamicSchema.Load(Request);
    }

    public static Schemas Every { get; } = new(Path.Combine(CapnpTool.Root, "tests/unit/CapnProto.Tests/Dynamic/Schema/every.capnp"));

    public static Schemas Annotated { get; } = new(Path.Combine(CapnpTool.Root,
        "tests/unit/CapnProto.Tests/Dynamic/Schema/annotated.capnp"));

    public byte[] Request { get; }

    public DynamicSchema Schema { get; }

    /// <summary>Any schema file of this machine.</summary>
    public static Schemas Of(string file, params string[] imports) => new(file, imports);

    /// <summary>What the reference builds from its own text form.</summary>
    public byte[] Encode(string type, string text) => Tool.Run("capnp", ["encode", .. _imports, _file, type], Encoding.UTF8.GetBytes(text));

    public byte[] FromJson(string type, string json) =>
        Tool.Run("capnp", ["convert", "--quiet", .. _imports, "json:binary", _file, type], Encoding.UTF8.GetBytes(json));

    /// <summary>The reference's text; several messages one after the other give several.</summary>
    public string Text(string type, byte[] framed, bool isShort = false) => Convert("text", type, framed, isShort);

    /// <summary>The text of messages that the reference finds fault with: it says so, prints defaults in their place and goes on.</summary>
    public string TextOfUnsound(string type, byte[] framed) => Encoding.UTF8.GetString(
        Tool.Run("sh", ["-c", "capnp decode --quiet \"$0\" \"$1\" 2>/dev/null || true", _file, type], framed));

    public string Json(string type, byte[] framed, bool isShort = false) => Convert("json", type, framed, isShort);

    /// <summary>The reference must print the same, in lines and in one line, as text and as JSON.</summary>
    public void ShouldRenderAlike(string type, byte[] framed, bool hasJson = true)
    {
        foreach (var options in (RenderOptions[])[new(), RenderOptions.OneLine])
        {
            Rendered.Text(Schema.Struct(type), framed, options).ShouldBe(Text(type, framed, !options.IsPretty).TrimEnd('\n'));
            if (hasJson)
                Rendered.Json(Schema.Struct(type), framed, options).ShouldBe(Json(type, framed, !options.IsPretty).TrimEnd('\n'));
        }
    }

    private string Convert(string form, string type, byte[] framed, bool isShort) => Encoding.UTF8.GetString(
        Tool.Run("capnp", ["convert", "--quiet", .. _imports, .. isShort ? ["--short"] : Array.Empty<string>(), "binary:" + form, _file,
            type], framed));
}
