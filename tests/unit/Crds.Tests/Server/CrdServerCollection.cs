using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Crds.Tests.Server;

/// <summary>One current API server for the whole room.</summary>
[CollectionDefinition(Name)]
public sealed class CrdServerCollection : ICollectionFixture<CrdServerFixture>
{
    public const string Name = "crd server";
    public const string Pipelines = "/apis/k8smediaflow.io/v1alpha1/namespaces/default/mediapipelines";
}
