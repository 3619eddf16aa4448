using System.Text;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>Which metadata fields the edges of a port deal frames out by.</summary>
internal sealed class EdgeKeys(string port)
{
    private readonly record struct EdgeKey(int Edge, string Name, string Field, byte[] FieldUtf8);

    private readonly List<EdgeKey> _keys = [];

    public void Add(int edge, string name, string field) => _keys.Add(new EdgeKey(edge, name, field, Encoding.UTF8.GetBytes(field)));

    /// <exception cref="InvalidOperationException">A field is not there, or of a kind that is no key.</exception>
    public void Check(FrameMetadata metadata)
    {
        foreach (var key in _keys)
        {
            var index = metadata.IndexOf(key.Field);
            if (index < 0 || !FrameKey.CanBe(MetadataTransfer.KindOf(metadata.Kind(index))))
                throw Missing(in key, index < 0 ? "is not in its metadata" : $"is a {metadata.Kind(index)}");
        }
    }

    /// <summary>The key of a frame on an edge of the port.</summary>
    public ulong Of(int edge, ReadOnlySpan<byte> envelope)
    {
        foreach (var key in _keys)
            if (key.Edge == edge)
                return FrameKey.Of(envelope, key.FieldUtf8);
        return FrameKey.None;
    }

    private InvalidOperationException Missing(in EdgeKey key, string what) => new(
        $"Edge {key.Name} deals frames out by '{key.Field}', which {what}: set it to a whole number, a truth value, a text or bytes before "
        + $"the frame is sent on output '{port}'.");
}
