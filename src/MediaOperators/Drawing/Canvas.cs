using System.Buffers.Binary;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Drawing;

/// <summary>A picture to draw grey rectangles on, whatever its pixel format.</summary>
internal readonly ref struct Canvas
{
    private readonly VideoShape _shape;
    private readonly Span<byte> _payload;

    /// <param name="payload">The packed picture, plane after plane.</param>
    public Canvas(VideoShape shape, Span<byte> payload)
    {
        if (payload.Length != shape.FrameBytes)
            throw new ArgumentException($"{shape} takes {shape.FrameBytes} bytes, not {payload.Length}");
        _shape = shape;
        _payload = payload;
    }

    public int Width => _shape.Width;

    public int Height => _shape.Height;

    /// <summary>Fills a rectangle, clipped to the picture, with grey: 0 black, 255 white.</summary>
    public void Fill(int left, int top, int width, int height, byte grey)
    {
        var (right, bottom) = (Math.Min(left + width, Width), Math.Min(top + height, Height));
        (left, top) = (Math.Max(left, 0), Math.Max(top, 0));
        if (left >= right || top >= bottom)
            return;
        for (var index = 0; index < _shape.Layout.Planes.Count; index++)
            FillPlane(index, left, top, right, bottom, grey);
    }

    private void FillPlane(int index, int left, int top, int right, int bottom, byte grey)
    {
        var plane = _shape.Layout.Planes[index];
        var stride = plane.StrideBytes(Width);
        var origin = _shape.Layout.PlaneOffsetBytes(index, Width, Height);
        var firstByte = (left >> plane.ShiftX) * plane.BytesPerSample;
        // A chroma sample that is only half covered is coloured too: better than a coloured rim.
        var lengthBytes = (((right - 1) >> plane.ShiftX) + 1) * plane.BytesPerSample - firstByte;
        for (var y = top >> plane.ShiftY; y <= (bottom - 1) >> plane.ShiftY; y++)
            FillRow(_payload.Slice(origin + y * stride + firstByte, lengthBytes), isFirstPlane: index == 0, grey);
    }

    private void FillRow(Span<byte> row, bool isFirstPlane, byte grey)
    {
        if (_shape.Layout.Model == PixelModel.Luma10)
            FillTenBits(row, isFirstPlane ? Video(grey) * 4 : 512);
        else if (_shape.Layout.Model == PixelModel.Luma8)
            row.Fill(isFirstPlane ? Video(grey) : (byte)128);
        else
            FillColours(row, grey);
    }

    // Luma goes from 16 to 235 in video.
    private static byte Video(byte grey) => (byte)(16 + grey * 219 / 255);

    private static void FillTenBits(Span<byte> row, int value)
    {
        for (; row.Length >= 2; row = row[2..])
            BinaryPrimitives.WriteUInt16LittleEndian(row, (ushort)value);
    }

    private void FillColours(Span<byte> row, byte grey)
    {
        row.Fill(grey);
        if (_shape.Layout.Planes[0].BytesPerSample == 4)
            for (var alpha = 3; alpha < row.Length; alpha += 4)
                row[alpha] = 255;
    }
}
