namespace K8sMediaFlow.Sdk.Ports;

/// <summary>
/// One thread that sleeps on the doorbell for all asynchronous readers. It exists from the first asynchronous wait on; a program that only
/// blocks never has it. Readers go on on the thread pool: a reader's own code must not keep the others waiting.
/// </summary>
internal sealed class AsyncWaiter(MediaOperatorCore core) : IDisposable
{
    private readonly List<FrameInput> _waiting = [];
    private readonly ManualResetEventSlim _some = new();
    private Thread? _thread;
    private volatile bool _ended;

    /// <summary>Under the operator's lock.</summary>
    public void Add(FrameInput input)
    {
        _waiting.Add(input);
        if (_thread is null)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "k8smediaflow wait" };
            _thread.Start();
        }
        _some.Set();
        if (_waiting.Count > 1)
            core.Doorbell.Wake();
    }

    public void Dispose()
    {
        _ended = true;
        _some.Set();
        core.Doorbell?.Wake();
    }

    private void Run()
    {
        while (!_ended)
        {
            _some.Wait();
            var doorbell = core.Doorbell;
            var wait = doorbell.Begin(Timeout.InfiniteTimeSpan);
            while (!Look() && !_ended && core.Doorbell == doorbell)
                wait.Again();
        }
    }

    /// <summary>True: nobody waits any more.</summary>
    private bool Look()
    {
        lock (core.Gate)
        {
            core.Poll();
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                var input = _waiting[i];
                if (!input.IsWakeable())
                    continue;
                _waiting.RemoveAt(i);
                ThreadPool.UnsafeQueueUserWorkItem(input, preferLocal: false);
            }
            if (_waiting.Count > 0)
                return false;
            _some.Reset();
            return true;
        }
    }
}
