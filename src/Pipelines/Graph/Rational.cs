using System.Globalization;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>An exact ratio such as a frame rate: <c>30</c> or <c>30000/1001</c>, kept as written and never as a float.</summary>
public readonly record struct Rational(int Numerator, int Denominator)
{
    public double Value => (double)Numerator / Denominator;

    /// <summary>Reads "30" or "30000/1001": both parts positive, no sign, no space, no decimal point.</summary>
    public static bool TryParse(string? text, out Rational ratio)
    {
        ratio = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length > 2 || !TryPart(parts[0], out var numerator))
            return false;
        var denominator = 1;
        if (parts.Length == 2 && !TryPart(parts[1], out denominator))
            return false;
        ratio = new Rational(numerator, denominator);
        return true;
    }

    /// <summary>Whether both are the same rate, however written: 60/2 is 30.</summary>
    public bool Same(Rational other) => (long)Numerator * other.Denominator == (long)other.Numerator * Denominator;

    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static bool TryPart(string text, out int part) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out part) && part > 0;
}
