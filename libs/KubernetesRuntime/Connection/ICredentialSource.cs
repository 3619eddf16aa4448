using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.KubernetesRuntime.Connection;

/// <summary>What a request shows to the server. Compared by reference of the certificate: a new one opens new connections.</summary>
public sealed record Credential(string? BearerToken = null, X509Certificate2? Certificate = null)
{
    /// <summary>Never the content.</summary>
    public override string ToString() => $"token: {(BearerToken is null ? "none" : "set")}, certificate: {Certificate?.Subject ?? "none"}";
}

/// <summary>Gives the credential of the moment; thread-safe.</summary>
public interface ICredentialSource
{
    ValueTask<Credential> GetAsync(CancellationToken cancel);

    /// <summary>The server did not accept this one (401): the next call looks for another.</summary>
    void Refused(Credential credential);
}

/// <summary>A credential that stays as it is.</summary>
public sealed class FixedCredential(Credential credential) : ICredentialSource
{
    public ValueTask<Credential> GetAsync(CancellationToken cancel) => new(credential);

    public void Refused(Credential credential)
    {
    }
}

/// <summary>
/// A token in a file that another process replaces before it expires, as kubelet does with a service account's. Read again once a minute
/// and as soon as the server refuses it: a watch of file events would miss the link that kubelet swaps.
/// </summary>
public sealed class TokenFile(string path, TimeProvider time, X509Certificate2? certificate = null) : ICredentialSource
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Credential? _current;
    private long _readAt;

    public ValueTask<Credential> GetAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_current is null || time.GetElapsedTime(_readAt) >= Fresh)
                Read();
            return new(_current!);
        }
    }

    public void Refused(Credential credential)
    {
        lock (_lock)
        {
            if (ReferenceEquals(credential, _current))
                Read();
        }
    }

    private void Read()
    {
        var token = ReadToken();
        // The same token stays the same credential, so that a caller whose request was refused sees that there is no other yet.
        if (_current?.BearerToken != token)
            _current = new(token, certificate);
        _readAt = time.GetTimestamp();
    }

    private string ReadToken()
    {
        try
        {
            var token = File.ReadAllText(path).Trim();
            return token.Length > 0 ? token : throw new ConnectionException($"{path}: holds no token");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Between two files of a rotation the last token is good for a while.
            return _current?.BearerToken ?? throw new ConnectionException($"{path}: {error.Message}", error);
        }
    }
}
