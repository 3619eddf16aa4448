using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>
/// What a scalar means to kubectl and to the API server: YAML 1.1 as their library reads it, where <c>yes</c> and <c>off</c> are booleans
/// and 010 is eight. What is quoted is text, unless a tag says otherwise.
/// </summary>
internal static class YamlScalars
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    /// <summary>The value, or why there is none.</summary>
    internal static JsonNode? Read(Scalar scalar, out string? wrong)
    {
        wrong = null;
        if (scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific)
            return scalar.Tag.IsEmpty && scalar.Style == ScalarStyle.Plain
                ? Finite(Plain(scalar.Value), ref wrong)
                : JsonValue.Create(scalar.Value);
        var tag = scalar.Tag.Value;
        return tag.StartsWith(TagPrefix, StringComparison.Ordinal)
            ? Tagged(tag[TagPrefix.Length..], scalar.Value, ref wrong)
            : JsonValue.Create(scalar.Value);
    }

    /// <summary>
    /// What this parser takes and kubectl's does not: YAML 1.2's escape of a slash, and values that begin with a percent sign.
    /// </summary>
    internal static string? Unknown(Scalar scalar, string text)
    {
        if (scalar is { Style: ScalarStyle.Plain, Value: ['%', ..] })
            return "a plain value cannot begin with '%': quote it";
        if (scalar.Style != ScalarStyle.DoubleQuoted || scalar.End.Index > text.Length)
            return null;
        var written = text.AsSpan((int)scalar.Start.Index, (int)(scalar.End.Index - scalar.Start.Index));
        for (var i = 0; i + 1 < written.Length; i++)
            if (written[i] == '\\' && written[++i] == '/')
                return "'\\/' is no escape to kubectl: write '/'";
        return null;
    }

    /// <summary>A key of a map: JSON has texts only.</summary>
    internal static string? ToKey(JsonNode? value) => value switch
    {
        JsonValue text when text.TryGetValue<string>(out var key) => key,
        JsonValue real when real.TryGetValue<double>(out var number) && !real.TryGetValue<long>(out _) =>
            ((float)number).ToString(CultureInfo.InvariantCulture),
        JsonValue large when large.TryGetValue<ulong>(out _) => null,
        JsonValue other => other.ToJsonString(),
        _ => null,
    };

    private static JsonValue? Tagged(string tag, string text, ref string? wrong)
    {
        if (tag == "str" || tag is not ("bool" or "int" or "float" or "null" or "timestamp" or "binary"))
            return JsonValue.Create(text);
        if (tag == "binary")
            return Binary(text, ref wrong);
        var value = Finite(Plain(text), ref wrong);
        if (!Fits(tag, value))
            wrong = $"'{text}' is no {tag}, as its tag says";
        return value;
    }

    private static bool Fits(string tag, JsonNode? value) => tag switch
    {
        "null" => value is null,
        "bool" => value is JsonValue flag && flag.TryGetValue<bool>(out _),
        "int" => value is JsonValue whole && (whole.TryGetValue<long>(out _) || whole.TryGetValue<ulong>(out _)),
        "float" => value is JsonValue number && number.GetValueKind() == System.Text.Json.JsonValueKind.Number,
        _ => value is JsonValue text && text.TryGetValue<string>(out _),
    };

    private static JsonValue? Binary(string text, ref string? wrong)
    {
        try
        {
            return JsonValue.Create(Encoding.UTF8.GetString(Convert.FromBase64String(text)));
        }
        catch (FormatException)
        {
            wrong = "what is tagged !!binary is no base64";
            return null;
        }
    }

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => JsonValue.Create(true),
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => JsonValue.Create(false),
        ".nan" or ".NaN" or ".NAN" => JsonValue.Create(double.NaN),
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => JsonValue.Create(double.PositiveInfinity),
        "-.inf" or "-.Inf" or "-.INF" => JsonValue.Create(double.NegativeInfinity),
        _ => YamlNumbers.Read(text) ?? JsonValue.Create(text),
    };

    private static JsonValue? Finite(JsonValue? value, ref string? wrong)
    {
        if (value is null || !value.TryGetValue<double>(out var real) || double.IsFinite(real))
            return value;
        wrong = "infinity and 'not a number' cannot be stored; quote it if text is meant";
        return null;
    }
}
