using System.Security.Cryptography;

namespace K8sMediaFlow.Links.Contract;

/// <summary>One life of a sidecar process, as peers tell it from the next one. Random, never 0.</summary>
public readonly record struct Incarnation(ulong Value)
{
    public bool IsNone => Value == 0;

    public static Incarnation New()
    {
        Span<byte> bytes = stackalloc byte[8];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BitConverter.ToUInt64(bytes);
        }
        while (value == 0);
        return new Incarnation(value);
    }

    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
