using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Protobuf.Tests;

/// <summary>A schema of these tests, and what protoc and Python's protobuf make of its messages.</summary>
internal sealed class Reference
{
    // First: what stands below needs it when it is made.
    private static readonly string Root = FindRoot();

    private readonly string _file;
    private readonly string _setFile;

    private Reference(string file)
    {
        _file = file;
        _setFile = Path.Combine(AppContext.BaseDirectory, Path.ChangeExtension(file, ".set"));
        Tool.Run("protoc", ["-I" + Folder, "--include_imports", "--descriptor_set_out=" + _setFile, file]);
        Set = File.ReadAllBytes(_setFile);
        Schema = ProtobufSchema.Load(Set);
    }

    public static Reference Modern { get; } = new("modern.proto");

    public static Reference Classic { get; } = new("classic.proto");

    public byte[] Set { get; }

    public ProtobufSchema Schema { get; }

    private static string Folder => Path.Combine(Root, "tests/unit/Protobuf.Tests/Schema");

    public string Decode(string type, byte[] message) =>
        Encoding.UTF8.GetString(Tool.Run("protoc", ["-I" + Folder, "--decode=" + type, _file], message));

    public byte[] Encode(string type, string text) =>
        Tool.Run("protoc", ["-I" + Folder, "--encode=" + type, _file], Encoding.UTF8.GetBytes(text));

    /// <summary>Null where the reference refuses.</summary>
    public List<string?> ToJson(string type, IEnumerable<byte[]> messages) =>
        [.. Peer("to", type, messages).Select(answer => answer is null ? null : Encoding.UTF8.GetString(answer))];

    /// <inheritdoc cref="ToJson"/>
    public List<byte[]?> FromJson(string type, IEnumerable<string> messages) => Peer("from", type, messages.Select(Encoding.UTF8.GetBytes));

    public ProtobufMessage Parse(string type, byte[] bytes) => ProtobufMessage.Parse(bytes, Schema.Message(type));

    public string OurJson(string type, byte[] bytes) => JsonFormat.ToJson(Parse(type, bytes), Schema, new RenderOptions
    {
        IsPretty = false,
    });

    private List<byte[]?> Peer(string direction, string type, IEnumerable<byte[]> messages)
    {
        var input = messages.SelectMany(message => BitConverter.GetBytes(message.Length).Concat(message)).ToArray();
        var output = Tool.Run("/usr/bin/python3", [Path.Combine(Root, "tests/unit/Protobuf.Tests/json_peer.py"), direction, _setFile, type],
            input);
        var answers = new List<byte[]?>();
        for (var at = 0; at < output.Length;)
        {
            var length = BitConverter.ToInt32(output, at);
            answers.Add(output[at + 4] == '+' ? output[(at + 5)..(at + 4 + length)] : null);
            at += 4 + length;
        }

        return answers;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "K8sMediaFlow.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository above the tests");
        return folder;
    }
}
