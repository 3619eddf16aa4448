using System.Runtime.InteropServices;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Analysis;

/// <summary>
/// The luma of every n-th row of a picture, 8 bits a sample. Whole rows, not single samples: rows are read by
/// vectors, and motion and brightness hardly change between neighbouring rows.
/// </summary>
internal sealed class LumaGrid
{
    // 1080p: every 15th row, 138 kB. Two grids stay in the second-level cache.
    private const int RowsMax = 72;

    private readonly VideoShape _shape;
    private readonly int _rowStep;
    private readonly byte[] _samples;

    public LumaGrid(VideoShape shape)
    {
        _shape = shape;
        _rowStep = Math.Max(1, (shape.Height + RowsMax - 1) / RowsMax);
        _samples = new byte[shape.Width * ((shape.Height + _rowStep - 1) / _rowStep)];
    }

    public ReadOnlySpan<byte> Samples => _samples;

    /// <summary>
    /// Takes the grid of a picture. <paramref name="plane"/> is its first plane, <paramref name="strideBytes"/> between two rows.
    /// </summary>
    public void Read(ReadOnlySpan<byte> plane, int strideBytes)
    {
        var rowBytes = _shape.Layout.Planes[0].StrideBytes(_shape.Width);
        for (int y = 0, at = 0; y < _shape.Height; y += _rowStep, at += _shape.Width)
            ReadRow(plane.Slice(y * strideBytes, rowBytes), _samples.AsSpan(at, _shape.Width));
    }

    private void ReadRow(ReadOnlySpan<byte> row, Span<byte> luma)
    {
        switch (_shape.Layout.Model)
        {
            case PixelModel.Luma8:
                row.CopyTo(luma);
                break;
            case PixelModel.Luma10:
                ReadTenBits(MemoryMarshal.Cast<byte, ushort>(row), luma);
                break;
            case PixelModel.RedFirst:
                ReadColours(row, luma, redAt: 0);
                break;
            case PixelModel.BlueFirst:
                ReadColours(row, luma, redAt: 2);
                break;
        }
    }

    private static void ReadTenBits(ReadOnlySpan<ushort> row, Span<byte> luma)
    {
        for (var x = 0; x < luma.Length; x++)
            luma[x] = (byte)Math.Min(row[x] >> 2, 255);
    }

    // BT.601 weights in 1/256.
    private void ReadColours(ReadOnlySpan<byte> row, Span<byte> luma, int redAt)
    {
        var pixelBytes = _shape.Layout.Planes[0].BytesPerSample;
        for (int x = 0, at = 0; x < luma.Length; x++, at += pixelBytes)
            luma[x] = (byte)((77 * row[at + redAt] + 150 * row[at + 1] + 29 * row[at + 2 - redAt]) >> 8);
    }
}
