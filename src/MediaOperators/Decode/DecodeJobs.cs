using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.FFmpeg;

namespace K8sMediaFlow.MediaOperators.Decode;

/// <summary>
/// The ffmpegs of one input. The first that fails ends the others: half of a film, its sound going on for an hour after
/// the picture has gone, is no result, and no user would hear of the failure before the sound has ended.
/// </summary>
internal sealed class DecodeJobs : IDisposable
{
    private readonly IReadOnlyList<DecodeJob> _jobs;
    private DecodeJob? _firstFailed;

    /// <param name="ports">Video first.</param>
    /// <param name="keepsStreamsOpen">See <see cref="DecodeJob.Start"/>.</param>
    public DecodeJobs(FFmpegInput input, IReadOnlyList<DecodedPort> ports, DecodeOptions options, bool keepsStreamsOpen) =>
        _jobs = DecodeJob.Start(input, ports, options, keepsStreamsOpen);

    /// <summary>Ends when all pipes have and everything read is sent.</summary>
    public async Task RunAsync(PortThreads threads)
    {
        foreach (var job in _jobs)
            job.StartPumps(threads);
        var ends = _jobs.Select(WatchAsync).ToList();
        await threads.WhenAllAsync();
        // All pipes have ended, so their programs are ending; one that does not is found by the question for its problem.
        if (_jobs.All(static job => job.Ends))
            await Task.WhenAll(ends);
    }

    /// <summary>After the run: whether an ffmpeg failed or was killed.</summary>
    public bool HasFailed => _jobs.Any(job => job.HasFailed);

    /// <summary>After the run: what was wrong with the input, or null.</summary>
    public string? Problem(InputPromise promise) => _firstFailed is { } failed
        ? failed.Problem(promise)
        : _jobs.Select(job => job.Problem(promise)).FirstOrDefault(problem => problem is not null);

    public void Dispose()
    {
        foreach (var job in _jobs)
            job.Dispose();
    }

    private async Task WatchAsync(DecodeJob job)
    {
        if (await job.EndsWellAsync() || Interlocked.CompareExchange(ref _firstFailed, job, null) is not null)
            return;
        foreach (var other in _jobs.Where(other => other != job))
            other.Kill();
    }
}
