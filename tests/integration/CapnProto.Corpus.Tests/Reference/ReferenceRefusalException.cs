namespace K8sMediaFlow.CapnProto.Corpus.Tests.Reference;

/// <summary>The reference does not accept a message; in its own words.</summary>
public sealed class ReferenceRefusalException(string message) : Exception(message);
