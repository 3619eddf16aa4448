using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Our rendering of a framed message.</summary>
public static class Rendered
{
    public static string Text(StructSchema schema, byte[] framed, RenderOptions? options = null)
    {
        var message = Read(framed);
        return Rendering.ToText(ref message, schema, options);
    }

    public static string Json(StructSchema schema, byte[] framed, RenderOptions? options = null)
    {
        var message = Read(framed);
        return Rendering.ToJson(ref message, schema, options);
    }

    /// <summary>The message in pinned memory that outlives the caller's use: tests are short.</summary>
    public static MessageReader Read(byte[] framed, ReadLimits? limits = null)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(framed.Length, pinned: true);
        framed.CopyTo(pinned, 0);
        StreamFraming.TryRead(pinned, limits ?? ReadLimits.Default, out var message, out _).ShouldBeTrue();
        // For good: whoever let go of the oldest took it from a test that ran beside this one.
        Kept.Enqueue(pinned);
        return message;
    }

    private static readonly System.Collections.Concurrent.ConcurrentQueue<byte[]> Kept = [];
}
