using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Certificates;

/// <summary>The authority as the Secret that keeps it, in the controller's namespace alone.</summary>
internal static class AuthoritySecret
{
    public const string Name = "k8smediaflow-ca";
    private const string NextCertificate = "next.crt", NextKey = "next.key", Before = "before.crt";
    private const string NextSince = "k8smediaflow.io/next-since", BeforeUntil = "k8smediaflow.io/before-until";

    public static Secret Write(AuthorityState state, string @namespace, string? resourceVersion)
    {
        var data = new Dictionary<string, byte[]>
        {
            [UnitSecrets.Certificate] = Encoding.UTF8.GetBytes(state.Current.CertificatePem),
            [UnitSecrets.Key] = Encoding.UTF8.GetBytes(state.Current.KeyPem),
            [UnitSecrets.Authorities] = Encoding.UTF8.GetBytes(state.Bundle),
        };
        if (state.Next is { } next)
            (data[NextCertificate], data[NextKey]) = (Encoding.UTF8.GetBytes(next.CertificatePem), Encoding.UTF8.GetBytes(next.KeyPem));
        if (state.Before is { } before)
            data[Before] = Encoding.UTF8.GetBytes(before);
        return new()
        {
            Metadata = new()
            {
                Name = Name,
                Namespace = @namespace,
                ResourceVersion = resourceVersion,
                Labels = new Dictionary<string,
                string>
                { [WellKnownLabels.ManagedBy] = WellKnownLabels.Manager },
                Annotations = Times(state),
            },
            Type = "Opaque",
            Data = data,
        };
    }

    /// <exception cref="InvalidDataException">The Secret holds no certificate with its key: it was damaged, and making another would split
    /// the installation.</exception>
    public static AuthorityState Read(Secret secret)
    {
        var current = Pair(secret, UnitSecrets.Certificate, UnitSecrets.Key)
            ?? throw new InvalidDataException(
                $"Secret {secret.Metadata?.Namespace}/{Name} lacks {UnitSecrets.Certificate} or {UnitSecrets.Key}: restore it, or end every controller and delete it to have another authority made");
        var next = Pair(secret, NextCertificate, NextKey);
        Demand(secret, current, UnitSecrets.Certificate);
        if (next is not null)
            Demand(secret, next, NextCertificate);
        return new(current, next, Time(secret, NextSince), Text(secret, Before), Time(secret, BeforeUntil));
    }

    private static void Demand(Secret secret, KeyPair pair, string certificate)
    {
        try
        {
            X509Certificate2.CreateFromPem(pair.CertificatePem, pair.KeyPem).Dispose();
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"Secret {secret.Metadata?.Namespace}/{Name}: {certificate} and its key: {error.Message}",
                error);
        }
    }

    private static Dictionary<string, string> Times(AuthorityState state)
    {
        var times = new Dictionary<string, string>();
        if (state.NextSince is { } since)
            times[NextSince] = since.ToString("O", CultureInfo.InvariantCulture);
        if (state.BeforeUntil is { } until)
            times[BeforeUntil] = until.ToString("O", CultureInfo.InvariantCulture);
        return times;
    }

    private static KeyPair? Pair(Secret secret, string certificate, string key) =>
        Text(secret, certificate) is { } pem && Text(secret, key) is { } privateKey ? new(pem, privateKey) : null;

    private static string? Text(Secret secret, string key) =>
        secret.Data?.GetValueOrDefault(key) is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static DateTimeOffset? Time(Secret secret, string annotation) =>
        DateTimeOffset.TryParse(secret.Annotation(annotation), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? time
            : null;
}
