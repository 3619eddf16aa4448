namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>Something in a document that has the wrong shape: its place (<c>spec.edges[1].order</c>) and a sentence.</summary>
public sealed record DocumentFault(string Path, string Message);
