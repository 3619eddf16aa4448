namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>Asked before anything that changes the cluster leaves this process.</summary>
public interface IWriteFence
{
    /// <exception cref="WriteRefusedException">This process may not write any more.</exception>
    void Demand();

    /// <summary>Ends when the leave to write does: requests under way are given up.</summary>
    CancellationToken Lost { get; }
}

/// <summary>A write that was not sent, because another process may be the leader by now.</summary>
public sealed class WriteRefusedException(string message) : Exception(message);
