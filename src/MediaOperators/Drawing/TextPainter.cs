namespace K8sMediaFlow.MediaOperators.Drawing;

/// <summary>Writes a line of white text on a black box into the upper left corner of a picture.</summary>
internal static class TextPainter
{
    private const byte Black = 0;
    private const byte White = 255;

    // A letter is a 24th of the picture's height: 40 lines of 1080.
    private const int LettersPerHeight = 24;

    public static void Paint(Canvas canvas, ReadOnlySpan<char> text)
    {
        var dot = Math.Max(1, canvas.Height / (LettersPerHeight * BitmapFont.CellSize));
        var margin = BitmapFont.CellSize * dot / 2;
        canvas.Fill(margin, margin, (text.Length + 1) * BitmapFont.CellSize * dot, 2 * BitmapFont.CellSize * dot, Black);
        var left = 2 * margin;
        foreach (var letter in text)
        {
            PaintLetter(canvas, letter, left, 2 * margin, dot);
            left += BitmapFont.CellSize * dot;
        }
    }

    private static void PaintLetter(Canvas canvas, char letter, int left, int top, int dot)
    {
        for (var y = 0; y < BitmapFont.CellSize; y++)
            for (var x = 0; x < BitmapFont.CellSize; x++)
                if (BitmapFont.IsSet(letter, x, y))
                    canvas.Fill(left + x * dot, top + y * dot, dot, dot, White);
    }
}
