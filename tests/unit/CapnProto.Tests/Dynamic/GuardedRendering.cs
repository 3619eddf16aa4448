using System.Text;
using System.Text.Json;
using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Hostile messages through the renderers, in memory behind which nothing may be touched.</summary>
internal static class GuardedRendering
{
    /// <summary>The body only: with another table, messages could not stand one after the other.</summary>
    public static void Mutate(Random random, byte[] framed)
    {
        var body = framed.AsSpan(8).ToArray();
        Mutation.Apply(random, body);
        body.CopyTo(framed, 8);
    }

    /// <summary>The message as text, once it is sound JSON too; null if it was refused.</summary>
    public static string? Text(GuardedMemory memory, StructSchema schema, byte[] framed)
    {
        var last = memory.Last(framed.Length);
        framed.CopyTo(last);
        var options = new RenderOptions { OutputBytesMax = 1 << 20 };
        try
        {
            StreamFraming.TryRead(last, new ReadLimits(10_000, 32), out var message, out _).ShouldBeTrue();
            var text = Rendering.ToText(ref message, schema, options);
            message.Renew(new ReadLimits(10_000, 32));
            JsonDocument.Parse(Encoding.UTF8.GetBytes(Rendering.ToJson(ref message, schema, options)), new() { MaxDepth = 200 }).Dispose();
            return text;
        }
        catch (CapnProtoException)
        {
            return null;
        }
    }
}
