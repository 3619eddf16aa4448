using System.Diagnostics;

namespace K8sMediaFlow.Bench.Encode;

/// <summary>
/// As the article measures: eight workers, one operation a second each, 125 ms apart, each with memory of its own. What is measured is
/// one operation after a sleep, with cold caches.
/// </summary>
internal sealed class EncodePaced : IDisposable
{
    private const int Workers = 8;

    private readonly double[] _timesNs = new double[Workers];
    private readonly Thread[] _threads = new Thread[Workers];
    private readonly SemaphoreSlim[] _turns = new SemaphoreSlim[Workers];
    private readonly SemaphoreSlim _finished = new(0);
    private volatile bool _isOver;

    public EncodePaced()
    {
        for (var worker = 0; worker < Workers; worker++)
        {
            var index = worker;
            _turns[worker] = new SemaphoreSlim(0);
            _threads[worker] = new Thread(() => Work(index)) { IsBackground = true };
            _threads[worker].Start();
        }
    }

    public double[] Round()
    {
        foreach (var turn in _turns)
        {
            Thread.Sleep(125);
            turn.Release();
            _finished.Wait();
        }

        return (double[])_timesNs.Clone();
    }

    public void Dispose()
    {
        _isOver = true;
        foreach (var turn in _turns)
            turn.Release();
        foreach (var thread in _threads)
            thread.Join(TimeSpan.FromSeconds(5));
    }

    private void Work(int worker)
    {
        using var frame = new EncodeFrame();
        while (true)
        {
            _turns[worker].Wait();
            if (_isOver)
                return;
            var start = Stopwatch.GetTimestamp();
            frame.Once();
            _timesNs[worker] = Stopwatch.GetTimestamp() - start;
            _finished.Release();
        }
    }
}
