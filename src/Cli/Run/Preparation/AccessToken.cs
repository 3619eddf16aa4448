using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>A secret that one process shows to a sidecar, which knows only its hash.</summary>
/// <param name="File">Holds the token as text; mode 0600.</param>
/// <param name="Sha256">Lower-case hex of the hash over the token's text.</param>
internal sealed record AccessToken(string File, string Sha256)
{
    public static AccessToken Create(string file)
    {
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        PrivateFile.Write(file, token);
        return new AccessToken(file, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))));
    }
}
