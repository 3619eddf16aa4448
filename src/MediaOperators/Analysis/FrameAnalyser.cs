using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Analysis;

/// <summary>
/// Scores a picture against the one that this replica saw before it. Of n replicas each sees every n-th frame, so the
/// result names the sequence that it was compared with. Reuses its arrays: a frame allocates nothing.
/// </summary>
internal sealed class FrameAnalyser(VideoShape shape)
{
    private readonly long[] _histogram = new long[LumaStatistics.HistogramBins];
    private readonly long[] _previousHistogram = new long[LumaStatistics.HistogramBins];
    private LumaGrid _grid = new(shape);
    private LumaGrid _previousGrid = new(shape);
    private ulong _stream;
    private ulong _sequence;

    /// <summary>0 to 1; 0 for the first picture of a stream.</summary>
    public double MotionScore { get; private set; }

    /// <summary>0 to 1; 0 for the first picture of a stream.</summary>
    public double SceneChangeScore { get; private set; }

    /// <summary>Counts of the grid's samples, dark to bright. Valid until the next picture.</summary>
    public ReadOnlySpan<long> Histogram => _histogram;

    /// <summary>The sequence of the picture that the scores compare with; 0 for none.</summary>
    public ulong ComparedWith { get; private set; }

    /// <summary>Analyses the next picture: its identity, its first plane and the bytes between two rows of that.</summary>
    public void Analyse(ulong stream, ulong sequence, ReadOnlySpan<byte> plane, int strideBytes)
    {
        (_grid, _previousGrid) = (_previousGrid, _grid);
        _histogram.CopyTo(_previousHistogram, 0);
        _grid.Read(plane, strideBytes);
        LumaStatistics.Histogram(_grid.Samples, _histogram);
        var comparable = _sequence != 0 && stream == _stream;
        ComparedWith = comparable ? _sequence : 0;
        MotionScore = comparable ? LumaStatistics.MotionScore(_grid.Samples, _previousGrid.Samples) : 0;
        SceneChangeScore = comparable ? LumaStatistics.SceneChangeScore(_histogram, _previousHistogram) : 0;
        (_stream, _sequence) = (stream, sequence);
    }
}
