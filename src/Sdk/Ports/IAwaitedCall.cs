namespace K8sMediaFlow.Sdk.Ports;

/// <summary>An awaited call as the waiter thread sees it.</summary>
internal interface IAwaitedCall
{
    /// <summary>Looks once, under the operator's lock. True: the call is over, well or not; its caller goes on.</summary>
    bool TryFinish();
}
