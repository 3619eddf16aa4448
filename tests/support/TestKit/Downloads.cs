namespace K8sMediaFlow.TestKit;

/// <summary>What scripts/tools.sh keeps in the user's cache. The versions in the folders' names are that script's.</summary>
public static class Downloads
{
    private static readonly Dictionary<string, string> Places = new()
    {
        ["helm"] = "helm-2.2.2/helm",
        ["kubectl"] = "helm-2.2.2/kubectl",
        ["jscpd"] = "jscpd-4.3.0/node_modules/.bin/jscpd",
        ["capnproto test data"] = "capnproto-0.9.2/capnp/test.capnp",
    };

    /// <summary>Path of a tool, or null where it is not one of them or not there.</summary>
    public static string? Find(string tool) =>
        Places.TryGetValue(tool, out var place) && Path.Combine(Cache, place) is var path && File.Exists(path) ? path : null;

    /// <summary>Path of a tool that the test has asked for with <see cref="NeedsFactAttribute"/>.</summary>
    public static string Get(string tool) =>
        Find(tool) ?? throw new InvalidOperationException($"{tool} is missing: scripts/tools.sh fetches it");

    private static string Cache => Environment.GetEnvironmentVariable("K8SMEDIAFLOW_TOOLS_CACHE")
        ?? Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "k8smediaflow", "tools");
}
