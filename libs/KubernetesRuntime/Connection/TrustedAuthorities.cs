using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.KubernetesRuntime.Connection;

/// <summary>
/// The authorities that may have signed the server's certificate. Those of a file are read again once a minute, and as soon as the server
/// is not believed: a cluster changes its authority under processes that run for months. Others are the same collection as long as they are
/// the same; thread-safe.
/// </summary>
public sealed class TrustedAuthorities
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly string? _path;
    private readonly TimeProvider _time;
    private X509Certificate2Collection _current;
    private string _text;
    private long _readAt;

    private TrustedAuthorities(string? path, string text, X509Certificate2Collection current, TimeProvider time) =>
        (_path, _text, _current, _time, _readAt) = (path, text, current, time, time.GetTimestamp());

    /// <summary>Those of now. New connections are to be opened where it is another collection than before.</summary>
    public X509Certificate2Collection Current
    {
        get
        {
            lock (_lock)
            {
                if (_path is not null && _time.GetElapsedTime(_readAt) >= Fresh)
                    ReadAgain(_path);
                return _current;
            }
        }
    }

    /// <summary>Authorities that stay as they are.</summary>
    /// <exception cref="ConnectionException">The text holds no certificate.</exception>
    public static TrustedAuthorities Of(string pem) => new(null, pem, Parse(pem), TimeProvider.System);

    /// <summary>The authorities of a file.</summary>
    /// <exception cref="ConnectionException">The file cannot be read, or holds no certificate.</exception>
    public static TrustedAuthorities File(string path, TimeProvider? time = null)
    {
        try
        {
            var text = System.IO.File.ReadAllText(path);
            return new(path, text, Parse(text), time ?? TimeProvider.System);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ConnectionException)
        {
            throw new ConnectionException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>A server was not believed by those of <paramref name="used"/>. True where there are others by now.</summary>
    public bool Refused(X509Certificate2Collection? used)
    {
        lock (_lock)
        {
            if (_path is not null && ReferenceEquals(used, _current))
                ReadAgain(_path);
            return !ReferenceEquals(used, _current);
        }
    }

    private static X509Certificate2Collection Parse(string pem)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new ConnectionException(error.Message, error);
        }
        return authorities.Count > 0 ? authorities : throw new ConnectionException("holds no certificate");
    }

    /// <summary>In the midst of a change there may be no file, or half of one: what was trusted stays so.</summary>
    private void ReadAgain(string path)
    {
        _readAt = _time.GetTimestamp();
        try
        {
            var text = System.IO.File.ReadAllText(path);
            if (text != _text)
                (_current, _text) = (Parse(text), text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ConnectionException)
        {
        }
    }
}
