using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests.Images;

/// <summary>How large the images are, and that their bills of materials name everything that is in them.</summary>
[Trait("Category", "Slow")]
[Collection(UnpackedImages.Collection)]
public sealed class ImageContentTests(UnpackedImages images)
{
    private const string Records = "var/lib/dpkg/status.d";

    [Theory]
    [InlineData("sidecar", 60, null)]
    [InlineData("media-operators", 350, null)]
    [InlineData("controller", null, 60)]
    public void An_image_keeps_its_budget_in_megabytes(string image, int? layers, int? compressed)
    {
        var archive = images.Get(image);
        var noted = File.ReadAllText(Path.Combine(Programs.Root, "artifacts", "images", image + ".tar.bytes")).Split(' ')
            .Select(text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        noted[0].ShouldBe(archive.LayerBytes);
        noted[0].ShouldBeLessThan((layers ?? int.MaxValue) * 1_000_000L);
        noted[1].ShouldBeLessThan((compressed ?? int.MaxValue) * 1_000_000L);
    }

    [Theory]
    [InlineData("sidecar")]
    [InlineData("media-operators")]
    [InlineData("controller")]
    public void Every_file_belongs_to_a_package_that_is_in_the_bill_of_materials(string image)
    {
        var archive = images.Get(image);
        var bill = new BillOfMaterials(image);
        bill.Format.ShouldBe("CycloneDX 1.6");
        var records = Directory.GetFiles(Path.Combine(archive.Root, Records)).ToLookup(IsSums);
        bill.Components.Where(one => one.StartsWith("pkg:deb/", StringComparison.Ordinal))
            .ShouldBe(records[false].Select(Reference), ignoreOrder: true);
        var sums = records[true].SelectMany(File.ReadAllLines).ToDictionary(line => Merged(line[34..]), line => line[..32]);
        var files = Files(Path.Combine(archive.Root, "usr")).ToArray();
        files.Length.ShouldBeGreaterThan(10);
        foreach (var file in files)
            sums.GetValueOrDefault(Path.GetRelativePath(archive.Root, file)).ShouldBe(Sum(file), file);
    }

    [Theory]
    [InlineData("sidecar", "Google.Protobuf", "Grpc.AspNetCore.Server", "OpenTelemetry")]
    [InlineData("media-operators", "System.CommandLine")]
    [InlineData("controller", "KubernetesClient.Aot", "YamlDotNet", "Grpc.Net.Client")]
    public void The_bill_of_materials_has_the_packages_of_the_program_and_the_runtime(string image, params string[] packages)
    {
        var bill = new BillOfMaterials(image);
        var versions = XDocument.Load(Path.Combine(Programs.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(one => (string)one.Attribute("Include")!, one => (string)one.Attribute("Version")!);
        foreach (var package in packages)
            bill.Components.ShouldContain($"pkg:nuget/{package}@{versions[package]}");
        bill.Components.ShouldContain(one => one.StartsWith("pkg:nuget/Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal));
        // Tools of the build are in no image.
        bill.Components.ShouldNotContain(one => one.Contains("ILCompiler", StringComparison.Ordinal)
            || one.Contains("Grpc.Tools", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_library_that_the_controller_says_it_was_built_with_is_in_its_bill_of_materials()
    {
        var bill = new BillOfMaterials("controller");
        var file = Path.Combine(images.Get("controller").Root, "opt/k8smediaflow/k8smediaflow-controller.deps.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var libraries = document.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(one => one.Value.GetProperty("type").GetString() is "package" or "runtimepack")
            .Select(one => one.Name.Replace("runtimepack.", "", StringComparison.Ordinal)).ToArray();
        libraries.Length.ShouldBeGreaterThan(10);
        foreach (var library in libraries)
            bill.Components.ShouldContain($"pkg:nuget/{library.Replace('/', '@')}");
    }

    private static bool IsSums(string file) => file.EndsWith(".md5sums", StringComparison.Ordinal);

    private static string Reference(string record)
    {
        var fields = File.ReadLines(record).Select(line => line.Split(": ", 2)).Where(pair => pair.Length == 2 && pair[0][0] != ' ')
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return $"pkg:deb/debian/{Uri.EscapeDataString(fields["Package"])}@{Uri.EscapeDataString(fields["Version"])}"
            + $"?arch={fields["Architecture"]}&distro=debian-12";
    }

    /// <summary>Regular files alone: links are made by scripts of packages, too.</summary>
    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*",
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });

    private static string Merged(string path) => Regex.Replace(path, "^(bin|sbin|lib|lib64)/", "usr/$1/");

    private static string Sum(string file)
    {
        using var content = File.OpenRead(file);
        // The sums of Debian's packages are MD5: they tell packages apart here, nothing more.
#pragma warning disable CA5351
        return Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
    }
}
