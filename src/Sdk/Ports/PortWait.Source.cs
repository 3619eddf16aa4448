using System.Threading.Tasks.Sources;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>The part of a call that its caller awaits. It goes on on the thread pool.</summary>
internal abstract partial class PortWait<T> : IThreadPoolWorkItem, IValueTaskSource<T>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<T> _source;

    void IThreadPoolWorkItem.Execute()
    {
        var (result, failure) = (_result, _failure);
        (_result, _failure) = (default!, null);
        if (failure is null)
            _source.SetResult(result);
        else
            _source.SetException(failure);
    }

    public T GetResult(short token)
    {
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException($"A call on {port} has not ended yet: await it.");
        try
        {
            var result = _source.GetResult(token);
            HandOver(result);
            return result;
        }
        finally
        {
            // The token is another's from here on: awaiting the same call twice throws.
            _source.Reset();
            _isPending = false;
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => GetResult(token);
}
