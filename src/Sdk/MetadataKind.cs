namespace K8sMediaFlow.Sdk;

/// <summary>The kind of a metadata value.</summary>
public enum MetadataKind
{
    /// <summary>A 64-bit signed integer.</summary>
    Int64,

    /// <summary>A double.</summary>
    Double,

    /// <summary>A truth value.</summary>
    Bool,

    /// <summary>Text, UTF-8.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Data,

    /// <summary>A list of doubles.</summary>
    DoubleList,

    /// <summary>A list of 64-bit signed integers.</summary>
    Int64List,
}
