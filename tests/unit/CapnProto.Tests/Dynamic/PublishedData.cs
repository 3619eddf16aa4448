using System.Text;
using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>
/// The files that the reference project tests its own tool with, from Debian's source package, in each encoding that it has.
/// </summary>
internal static class PublishedData
{
    private static readonly Lazy<Schemas> Tests = new(() => Schemas.Of(Downloads.Get("capnproto test data"), Include));
    private static readonly Lazy<Schemas> JsonTests = new(() => Schemas.Of(Path.Combine(Folder, "compat/json-test.capnp"), Include));

    public static Schemas Schemas => Tests.Value;

    public static Schemas JsonSchemas => JsonTests.Value;

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, "testdata", name));

    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name)).TrimEnd('\n');

    /// <summary>A message by the name of its file, which says how it is encoded.</summary>
    public static MessageReader Message(string name) => name switch
    {
        "flat" => new MessageReader(Pinned(Bytes(name)), ReadLimits.Default),
        "packedflat" => new MessageReader(Pinned(Unpacked(Bytes(name))), ReadLimits.Default),
        "packed" or "segmented-packed" => Packed(Bytes(name)),
        _ => Rendered.Read(Bytes(name)),
    };

    public static string[] Names(bool isMessage) =>
        [.. Directory.GetFiles(Path.Combine(Folder, "testdata")).Select(path => Path.GetFileName(path))
            .Where(name => !Path.HasExtension(name) == isMessage).Order(StringComparer.Ordinal)];

    private static string Folder => Path.GetDirectoryName(Downloads.Get("capnproto test data"))!;

    /// <summary>Its own c++.capnp, not the installed one: the same file twice would be two files of one id.</summary>
    private static string Include => Path.GetDirectoryName(Folder)!;

    private static MessageReader Packed(byte[] packed)
    {
        PackedFraming.TryRead(packed, Pinned(new byte[1 << 16]), ReadLimits.Default, out var message, out var packedBytes).ShouldBeTrue();
        packedBytes.ShouldBe(packed.Length);
        return message;
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var words = new MemoryStream();
        using var unpacking = new UnpackingStream(new MemoryStream(packed));
        unpacking.CopyTo(words);
        return words.ToArray();
    }

    /// <summary>Memory that nothing moves, kept: these are a few small files.</summary>
    private static byte[] Pinned(byte[] bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned, 0);
        Kept.Add(pinned);
        return pinned;
    }

    private static readonly System.Collections.Concurrent.ConcurrentBag<byte[]> Kept = [];
}
