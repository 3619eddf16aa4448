using K8sMediaFlow.Crds.Generator;

if (args is not [var root])
{
    Console.Error.WriteLine("usage: crd-generator REPOSITORY");
    return 2;
}
foreach (var (path, text) in GeneratedFiles.All())
{
    var file = Path.Combine(root, path);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    File.WriteAllText(file, text);
}
return 0;
