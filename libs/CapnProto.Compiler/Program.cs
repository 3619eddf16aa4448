using K8sMediaFlow.CapnProto;
using K8sMediaFlow.CapnProto.Compiler;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(CompilerOptions.Usage);
    return 0;
}

if (args is ["--annotations"])
{
    Console.WriteLine(ReferenceCompiler.AnnotationFolder);
    return 0;
}

var isForMsBuild = args.Contains("--msbuild");
try
{
    var options = CompilerOptions.Read(args);
    var schema = SchemaReader.Read(options.Files.Count > 0
        ? new MemoryStream(ReferenceCompiler.Run(options))
        : Console.OpenStandardInput());
    foreach (var output in OutputFiles.Of(schema.Files, options.OutFolder))
        File.WriteAllText(output.Path, new FileEmitter(schema.Nodes, options).Emit(output.FileId, output.Schema));
    return 0;
}
catch (Exception e) when (e is CapnProtoException or CompilerException or NotSupportedException or ArgumentException or IOException
    or UnauthorizedAccessException)
{
    Console.Error.WriteLine(ErrorText.Of(e, isForMsBuild));
    return 1;
}
