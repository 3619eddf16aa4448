namespace K8sMediaFlow.Fabric;

/// <summary>Registration on a fabric that needs none.</summary>
internal sealed class NoRegistration : IDisposable
{
    public static readonly NoRegistration Instance = new();

    public void Dispose()
    {
    }
}
