using K8sMediaFlow.CapnProto.Compiler;

// A plugin of `capnp compile`: the request comes by standard input, files go to the working directory.
try
{
    var schema = SchemaReader.Read(Console.OpenStandardInput());
    foreach (var (id, name) in schema.Files)
        File.WriteAllText(Path.GetFileName(name) + ".cs", new FileEmitter(schema.Nodes).Emit(id, name));
    return 0;
}
catch (Exception e) when (e is K8sMediaFlow.CapnProto.CapnProtoException or NotSupportedException or IOException)
{
    Console.Error.WriteLine("capnpc-csharp: " + e.Message);
    return 1;
}
