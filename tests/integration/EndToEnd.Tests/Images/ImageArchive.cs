using System.Text.Json;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests.Images;

/// <summary>An image archive as `make images` writes it, with its layers unpacked over each other.</summary>
internal sealed class ImageArchive : IDisposable
{
    private readonly string _folder;
    private readonly JsonElement _config;

    public ImageArchive(string image)
    {
        var archive = Path.Combine(Programs.Root, "artifacts", "images", image + ".tar");
        File.Exists(archive).ShouldBeTrue($"{archive} is not there: run `make images`");
        // Beside the archive and not in /tmp, which may be memory.
        _folder = Directory.CreateDirectory(Path.Combine(Programs.Root, "artifacts", $"unpacked-{image}-{Environment.ProcessId}")).FullName;
        Tool.Run("tar", ["-C", _folder, "-xf", archive]);
        var manifest = Json("manifest.json")[0];
        Name = manifest.GetProperty("RepoTags")[0].GetString()!;
        _config = Json(manifest.GetProperty("Config").GetString()!);
        Layers = [.. Field(manifest, "Layers").EnumerateArray().Select(layer => layer.GetString()!)];
        Directory.CreateDirectory(Root);
        foreach (var layer in Layers)
            Tool.Run("tar", ["-C", Root, "--keep-directory-symlink", "-xf", Path.Combine(_folder, layer)]);
    }

    public string Name { get; }

    /// <summary>From the bottom up.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>The sum of all layers, as they are unpacked.</summary>
    public long LayerBytes => Layers.Sum(layer => new FileInfo(Path.Combine(_folder, layer)).Length);

    /// <summary>The image's root file system.</summary>
    public string Root => Path.Combine(_folder, "root");

    public string User => Field(_config.GetProperty("config"), "User").GetString()!;

    public IReadOnlyList<string> Entrypoint =>
        [.. Field(_config.GetProperty("config"), "Entrypoint").EnumerateArray().Select(one => one.GetString()!)];

    public IReadOnlyList<string> Variables =>
        [.. _config.GetProperty("config").GetProperty("Env").EnumerateArray().Select(one => one.GetString()!)];

    /// <summary>What an importer checks: each layer's digest is its content's.</summary>
    public void CheckDigests()
    {
        var digests = _config.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(one => one.GetString()!).ToList();
        digests.Count.ShouldBe(Layers.Count);
        for (var index = 0; index < Layers.Count; index++)
        {
            using var content = File.OpenRead(Path.Combine(_folder, Layers[index]));
            digests[index].ShouldBe("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonElement Field(JsonElement element, string field) => element.GetProperty(field);

    private JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, file))).RootElement.Clone();
}
