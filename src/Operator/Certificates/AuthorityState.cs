using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Operator.Certificates;

/// <summary>A certificate with its key, as PEM.</summary>
internal sealed record KeyPair(string CertificatePem, string KeyPem)
{
    public override string ToString() => "KeyPair";

    public static KeyPair Of(CertificateAuthority authority) => new(authority.CertificatePem, authority.PrivateKeyPem());
}

/// <summary>How long certificates live.</summary>
/// <param name="Overlap">How long a coming authority is trusted everywhere before it begins to issue: mounted Secrets lag by a minute or
/// two.</param>
internal sealed record CertificateTimes(TimeSpan Authority, TimeSpan Leaf, TimeSpan Overlap)
{
    public static CertificateTimes Default { get; } = new(TimeSpan.FromDays(3650), TimeSpan.FromDays(90), TimeSpan.FromMinutes(10));

    /// <summary>Clocks of nodes differ: a certificate is valid a little before it is made.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Two thirds of a life that began a clock skew ago must lie in the future, else every look would issue another certificate.
    /// </summary>
    public const int LeafMinutesMin = 3;
}

/// <summary>
/// The installation's authority, and its change: the next one is trusted first, issues after the overlap, and the one before stays trusted
/// until it ends or the last certificate that it issued does.
/// </summary>
/// <param name="Current">Issues.</param>
/// <param name="Next">Is trusted and does not issue yet.</param>
/// <param name="Before">PEM of one that issued earlier and is still trusted.</param>
internal sealed record AuthorityState(KeyPair Current, KeyPair? Next, DateTimeOffset? NextSince, string? Before,
    DateTimeOffset? BeforeUntil)
{
    /// <summary>What everybody trusts.</summary>
    public string Bundle =>
        string.Join('\n', new[] { Current.CertificatePem, Next?.CertificatePem, Before }.OfType<string>().Select(pem => pem.Trim())) + "\n";

    /// <summary>The authority that issues is the same, or the one that was to come: so the controller itself changes it.</summary>
    public bool IsStepFrom(AuthorityState known) => IsSame(Current, known.Current) || (known.Next is { } next && IsSame(Current, next));

    /// <summary>The bundle of this state contains the known authority, so certificates that it issued are still accepted.</summary>
    public bool Trusts(AuthorityState known) => Bundle.Contains(known.Current.CertificatePem.Trim(), StringComparison.Ordinal);

    /// <summary>
    /// What to make of another authority that was put in this one's place. If it were used at once, running pods and new pods could not
    /// trust each other: it becomes the next one, trusted first. One that can issue nothing, or not now, changes nothing.
    /// </summary>
    public AuthorityState Succeeded(KeyPair other, DateTimeOffset now) => Next is { } next && IsSame(next, other) ? this
        : CanIssue(other, now) ? this with { Next = other, NextSince = now } : this;

    private static bool IsSame(KeyPair one, KeyPair other) => one.CertificatePem.Trim() == other.CertificatePem.Trim();

    private static bool CanIssue(KeyPair pair, DateTimeOffset now)
    {
        using var certificate = X509Certificate2.CreateFromPem(pair.CertificatePem);
        return now >= certificate.NotBefore.ToUniversalTime() && now < certificate.NotAfter.ToUniversalTime()
            && certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(one => one.CertificateAuthority);
    }

    /// <summary>The state that should be now; the same instance where nothing is due.</summary>
    /// <param name="state">As it is; null where there is none.</param>
    /// <param name="times">How long all of it lives.</param>
    /// <param name="now">The time.</param>
    /// <param name="followedSince">
    /// Since when a controller has followed the state without a gap and so brought it to every pod. The overlap does not begin earlier: a
    /// next authority that was in the Secret while no controller ran is one that no pod was told of.
    /// </param>
    public static AuthorityState Advance(AuthorityState? state, CertificateTimes times, DateTimeOffset now,
        DateTimeOffset followedSince = default)
    {
        if (state is null)
            return new(Create(times, now), null, null, null, null);
        // No peer accepts what an expired authority issued: there is no trust that a gradual change would keep.
        if (now >= EndOf(state.Current))
            return new(state.Next is { } coming && now < EndOf(coming) ? coming : Create(times, now), null, null, null, null);
        if (state.Before is not null && now >= state.BeforeUntil)
            state = state with { Before = null, BeforeUntil = null };
        // A time that was removed from the Secret begins anew.
        if (state is { Before: not null, BeforeUntil: null })
            state = state with { BeforeUntil = now + times.Leaf };
        if (state is { Next: not null, NextSince: null })
            state = state with { NextSince = now };
        if (state.Next is { } next && now >= Later(state.NextSince!.Value, followedSince) + times.Overlap)
            return new(next, null, null, state.Current.CertificatePem, now + times.Leaf);
        return state.Next is null && now >= RenewAt(state.Current.CertificatePem)
            ? state with { Next = Create(times, now), NextSince = now }
            : state;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset EndOf(KeyPair pair)
    {
        using var certificate = X509Certificate2.CreateFromPem(pair.CertificatePem);
        return certificate.NotAfter.ToUniversalTime();
    }

    /// <summary>Two thirds of a certificate's life.</summary>
    public static DateTimeOffset RenewAt(string certificatePem)
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        return RenewAt(certificate);
    }

    public static DateTimeOffset RenewAt(X509Certificate2 certificate)
    {
        var (from, to) = (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        return from + ((to - from) * 2 / 3);
    }

    private static KeyPair Create(CertificateTimes times, DateTimeOffset now)
    {
        using var authority = CertificateAuthority.Create("k8smediaflow", now - CertificateTimes.ClockSkew,
            times.Authority + CertificateTimes.ClockSkew);
        return KeyPair.Of(authority);
    }
}
