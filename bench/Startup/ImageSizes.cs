using System.Globalization;

namespace K8sMediaFlow.Bench.Startup;

/// <summary>What <c>make images</c> noted beside each archive.</summary>
internal static class ImageSizes
{
    /// <summary>MB of the images that are built, as the sum of their layers and compressed.</summary>
    public static IEnumerable<(string Image, double Layers, double Compressed)> Built()
    {
        var folder = Path.Combine(Checkout.Root, "artifacts", "images");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tar.bytes").Order(StringComparer.Ordinal).Select(Read) : [];
    }

    private static (string Image, double Layers, double Compressed) Read(string file)
    {
        var bytes = File.ReadAllText(file).Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (Path.GetFileName(file).Split('.')[0], bytes[0] / 1e6, bytes[1] / 1e6);
    }
}
