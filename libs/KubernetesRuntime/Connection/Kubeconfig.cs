using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.KubernetesRuntime.Connection;

/// <summary>
/// One or more kubeconfig files taken together as kubectl does: of entries with the same name the first counts, and so does the first
/// current context. Paths in a file are relative to it.
/// </summary>
public sealed class Kubeconfig
{
    private readonly List<YamlTree> _files;

    private Kubeconfig(List<YamlTree> files) => _files = files;

    /// <exception cref="ConnectionException">A file cannot be read or is no YAML.</exception>
    public static Kubeconfig Read(IReadOnlyList<string> paths) => new([.. paths.Select(YamlTree.Load)]);

    /// <summary>The connection of a context; of the current one when none is named.</summary>
    /// <exception cref="ConnectionException">Names file and field of what is missing or wrong.</exception>
    public ClusterConnection Connect(string? contextName = null)
    {
        var context = Named("contexts", contextName ?? CurrentContext())["context"];
        var cluster = Named("clusters", context["cluster"].Required())["cluster"];
        var server = cluster["server"];
        if (!Uri.TryCreate(server.Required(), UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw server.Wrong("must be an https or http address");
        var connection = new ClusterConnection
        {
            Server = address,
            Authorities = Authorities(cluster),
            SkipVerification = cluster["insecure-skip-tls-verify"].Flag,
            TlsServerName = cluster["tls-server-name"].Text,
            Proxy = Proxy(cluster["proxy-url"]),
            DefaultNamespace = context["namespace"].Text ?? "default",
            Credentials = new FixedCredential(new()),
        };
        return context["user"].Text is { } user
            ? connection with { Credentials = Credentials(Named("users", user)["user"], connection) }
            : connection;
    }

    private string CurrentContext() => _files.Select(file => file["current-context"].Text).FirstOrDefault(name => name is not null)
        ?? throw _files[0]["current-context"].Wrong("is missing: name a context");

    private YamlTree Named(string list, string name)
    {
        var found = _files.SelectMany(file => file[list].Items()).FirstOrDefault(item => item["name"].Text == name);
        return found.Node is not null ? found : throw _files[0][list].Wrong($"has no entry named {name}");
    }

    private static ICredentialSource Credentials(YamlTree user, ClusterConnection connection)
    {
        foreach (var gone in new[] { "auth-provider", "username" })
        {
            if (user[gone].Node is not null)
                throw user[gone].Wrong("servers and clients have dropped this: use exec, a token or a client certificate");
        }
        var certificate = Certificate(user);
        // The order of kubectl: what is at hand before what must be asked for.
        if (user["token"].Text is { } token)
            return new FixedCredential(new(token, certificate));
        if (user["tokenFile"].Text is not null)
            return new TokenFile(Beside(user["tokenFile"]), TimeProvider.System, certificate);
        return user["exec"].Node is null ? new FixedCredential(new(null, certificate)) : ExecPlugin.Of(user["exec"], connection);
    }

    private static X509Certificate2? Certificate(YamlTree user)
    {
        var certificate = Bytes(user, "client-certificate");
        var key = Bytes(user, "client-key");
        if (certificate is null && key is null)
            return null;
        if (certificate is null || key is null)
            throw user.Wrong("has one of client certificate and client key: both are needed");
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw user.Wrong($"client certificate and key: {error.Message}", error);
        }
    }

    private static TrustedAuthorities? Authorities(YamlTree cluster)
    {
        const string Field = "certificate-authority";
        try
        {
            if (cluster[Field + "-data"].Text is null && cluster[Field].Text is not null)
                return TrustedAuthorities.File(Beside(cluster[Field]));
            return Bytes(cluster, Field) is { } text ? TrustedAuthorities.Of(text) : null;
        }
        catch (ConnectionException error) when (error.InnerException is not FormatException)
        {
            throw cluster[Field].Wrong(error.Message, error);
        }
    }

    private static Uri? Proxy(YamlTree field) =>
        field.Text is not { } text
            ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var proxy) ? proxy : throw field.Wrong("must be an address");

    /// <summary>A PEM text, in the file itself (base64 under the name with -data, which wins) or in a file of its own.</summary>
    private static string? Bytes(YamlTree owner, string name)
    {
        var data = owner[name + "-data"];
        try
        {
            if (data.Text is { } inline)
                return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(inline));
            return owner[name].Text is null ? null : File.ReadAllText(Beside(owner[name]));
        }
        catch (FormatException error)
        {
            throw data.Wrong("must be base64", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw owner[name].Wrong(error.Message, error);
        }
    }

    private static string Beside(YamlTree field) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(field.File))!, field.Required());
}
