namespace K8sMediaFlow.CapnProto.Corpus.Tests.Published;

/// <summary>
/// Code that our generator makes of the reference's own test.capnp, at work. Texts have the form that the reference publishes.
/// </summary>
public abstract class PublishedDriver
{
    public abstract string AllTypes(ref MessageReader message);

    /// <summary>All fields, whether set or not: of an empty message, the schema's defaults.</summary>
    public abstract string Defaults(ref MessageReader message);

    public abstract string Lists(ref MessageReader message);

    /// <summary>Constants of the schema that hold the published message.</summary>
    public abstract (string Struct, string Text, byte[] Packed, string Number, string Generic) Constants();

    /// <summary>Copies the message field by field through the generated builders.</summary>
    public abstract void Rebuild(ref MessageReader source, ref MessageBuilder target);
}
