using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>The real helm, as a user has it.</summary>
internal sealed class Helm(string kubeconfig)
{
    public const string Release = "k8smediaflow", Space = "k8smediaflow";

    public void Install(params string[] more) =>
        Run(["upgrade", "--install", Release, Path.Combine(Sources.Root, "charts", "k8smediaflow"), "--namespace", Space,
            "--create-namespace", "--wait", "--timeout", "10m",
        "--set", "image.registry=localhost,image.tag=dev,allNamespaces=true", .. more]);

    public void Uninstall() => Run("uninstall", Release, "--namespace", Space, "--wait");

    public string Test() => Run("test", Release, "--namespace", Space, "--timeout", "5m");

    public string Run(params string[] arguments)
    {
        var (code, output) = Programs.Run(Downloads.Get("helm"), ["--kubeconfig", kubeconfig, .. arguments], null, Hang.LongBound);
        return code == 0 ? output : throw new InvalidOperationException($"helm {string.Join(' ', arguments)}: {output}");
    }
}
