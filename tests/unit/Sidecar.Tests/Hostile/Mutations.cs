using System.Reflection;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// Values that a field of a foreign message or descriptor may have, made from its type: a new field is covered by being there.
/// </summary>
internal static class Mutations
{
    /// <summary>Zero, the least and most, and what lies beside them and beside the sound value.</summary>
    public static IEnumerable<object> Of(Type type, object sound)
    {
        if (type.IsEnum)
            return Of(Enum.GetUnderlyingType(type), Convert.ChangeType(sound, Enum.GetUnderlyingType(type), null))
                .Select(value => Enum.ToObject(type, value));
        if (type == typeof(bool))
            return [true, false];
        var now = Convert.ToDecimal(sound, null);
        var (least, most) = (Limit(type, "MinValue"), Limit(type, "MaxValue"));
        return new[]
        {
            0, 1, 2, now - 1, now + 1, now + 2, now * 2, most, most - 1, decimal.Floor(most / 2), decimal.Floor(most / 2) + 1, least,
        }
            .Where(value => value >= least && value <= most).Distinct().Select(value => Convert.ChangeType(value, type, null));
    }

    /// <summary>The fields of a descriptor that lies in shared memory.</summary>
    public static IReadOnlyList<FieldInfo> Fields<T>() =>
        [.. typeof(T).GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(field => field.FieldType.IsPrimitive || field.FieldType.IsEnum)];

    /// <summary>The same value with some of its fields changed.</summary>
    public static T With<T>(T sound, params ReadOnlySpan<(FieldInfo Field, object Value)> changes)
        where T : struct
    {
        object boxed = sound;
        foreach (var (field, value) in changes)
            field.SetValue(boxed, value);
        return (T)boxed;
    }

    private static decimal Limit(Type type, string name) => Convert.ToDecimal(type.GetField(name)!.GetValue(null), null);
}
