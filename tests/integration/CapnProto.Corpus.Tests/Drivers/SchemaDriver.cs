using K8sMediaFlow.CapnProto.Corpus.Tests.Model;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>Generated code at work: builds and reads messages of one schema through its typed builders and readers.</summary>
public abstract class SchemaDriver
{
    /// <summary>Makes a new root of the struct of that number among the schema's roots.</summary>
    public abstract void Build(int root, ref MessageBuilder message, Val value);

    /// <summary>Sets the value's fields in the root that is there, which an older or newer writer may have made.</summary>
    public abstract void Update(int root, ref MessageBuilder message, Val value);

    public abstract void Dump(int root, ref MessageReader message, DumpWriter dump);
}
