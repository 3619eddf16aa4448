using System.Security.Cryptography;

namespace K8sMediaFlow.Control.Certificates;

/// <summary>
/// Certificate, key and authorities in files that may be renewed while the process runs. Read again at each handshake: a mounted Secret is
/// a chain of symbolic links of which one in the middle is swapped, so that a watch misses the change, and the time of the file's own link
/// never changes. Thread-safe.
/// </summary>
public sealed class TlsIdentityFiles(string certificateFile, string keyFile, string authoritiesFile)
{
    private readonly Lock _lock = new();
    private TlsIdentity? _current;
    private (string Certificate, string Key, string Authorities) _read;

    /// <summary>The identity in the files now; while they are half renewed, the last one that was whole.</summary>
    /// <exception cref="CryptographicException">The files were never a valid identity.</exception>
    /// <exception cref="IOException">They could never be read.</exception>
    public TlsIdentity Current
    {
        get
        {
            lock (_lock)
            {
                try
                {
                    Reload();
                }
                catch (Exception error) when (_current is not null && error is CryptographicException or IOException
                    or UnauthorizedAccessException)
                {
                    // Half renewed: the next handshake looks again.
                }
                return _current!;
            }
        }
    }

    /// <summary>Writes an issued certificate and its authorities as three files of mode 0600.</summary>
    public static TlsIdentityFiles Write(string certificateFile, string keyFile, string authoritiesFile, IssuedCertificate issued,
        string authoritiesPem)
    {
        ArgumentNullException.ThrowIfNull(issued);
        PrivateFile.Write(keyFile, issued.PrivateKeyPem());
        PrivateFile.Write(certificateFile, issued.CertificatePem);
        PrivateFile.Write(authoritiesFile, authoritiesPem);
        return new TlsIdentityFiles(certificateFile, keyFile, authoritiesFile);
    }

    private void Reload()
    {
        var read = (File.ReadAllText(certificateFile), File.ReadAllText(keyFile), File.ReadAllText(authoritiesFile));
        if (_current is not null && read == _read)
            return;
        try
        {
            _current = TlsIdentity.FromPem(read.Item1, read.Item2, read.Item3);
            _read = read;
        }
        catch (CryptographicException error)
        {
            throw new CryptographicException($"{certificateFile}, {keyFile}, {authoritiesFile}: {error.Message}", error);
        }
    }
}
