namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>The kinds that the controller speaks of. A custom kind is declared the same way beside its types.</summary>
public static class Resources
{
    public static readonly ResourceType<Pod> Pods = new("", "v1", "pods", "Pod", true, KubernetesJson.Default.Pod);
    public static readonly ResourceType<Service> Services = new("", "v1", "services", "Service", true, KubernetesJson.Default.Service);
    public static readonly ResourceType<Secret> Secrets = new("", "v1", "secrets", "Secret", true, KubernetesJson.Default.Secret);
    public static readonly ResourceType<ConfigMap> ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true,
        KubernetesJson.Default.ConfigMap);
    public static readonly ResourceType<CoreEvent> Events = new("", "v1", "events", "Event", true, KubernetesJson.Default.CoreEvent);
    public static readonly ResourceType<Node> Nodes = new("", "v1", "nodes", "Node", false, KubernetesJson.Default.Node);
    public static readonly ResourceType<Namespace> Namespaces = new("", "v1", "namespaces", "Namespace", false,
        KubernetesJson.Default.Namespace);
    public static readonly ResourceType<ServiceAccount> ServiceAccounts =
        new("", "v1", "serviceaccounts", "ServiceAccount", true, KubernetesJson.Default.ServiceAccount);

    public static readonly ResourceType<Lease> Leases =
        new("coordination.k8s.io", "v1", "leases", "Lease", true, KubernetesJson.Default.Lease);

    /// <summary>Servers before 1.21 have it <c>At("v1beta1")</c> only.</summary>
    public static readonly ResourceType<PodDisruptionBudget> PodDisruptionBudgets =
        new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, KubernetesJson.Default.PodDisruptionBudget);

    public static readonly ResourceType<NetworkPolicy> NetworkPolicies =
        new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, KubernetesJson.Default.NetworkPolicy);

    public static readonly ResourceType<CustomObject> CustomResourceDefinitions =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false,
            KubernetesJson.Default.CustomObject);

    /// <summary>A kind without a record of its own: spec and status stay JSON.</summary>
    public static ResourceType<CustomObject> Custom(string group, string version, string plural, string kind, bool namespaced = true) =>
        new(group, version, plural, kind, namespaced, KubernetesJson.Default.CustomObject);
}
