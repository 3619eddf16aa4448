using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Native.Tests.Ibverbs;

/// <summary>Our structures and constants against the C headers of this machine, by a C program that prints theirs.</summary>
public class VerbsLayoutTests
{
    /// <summary>Where a field of ours stands in a union or a structure inside.</summary>
    private static readonly Dictionary<string, string> Paths = new()
    {
        ["ibv_send_wr.remote_addr"] = "wr.rdma.remote_addr",
        ["ibv_send_wr.rkey"] = "wr.rdma.rkey",
        ["ibv_global_route.dgid_rest"] = "dgid.global.interface_id",
        ["ibv_context.poll_cq"] = "ops.poll_cq",
        ["ibv_context.req_notify_cq"] = "ops.req_notify_cq",
        ["ibv_context.post_send"] = "ops.post_send",
        ["ibv_context.post_recv"] = "ops.post_recv",
    };

    /// <summary>Whose size counts: those that C reads or writes whole, and of which we make arrays.</summary>
    private static readonly string[] Sized =
        ["ibv_sge", "ibv_send_wr", "ibv_recv_wr", "ibv_wc", "ibv_qp_cap", "ibv_qp_init_attr", "ibv_global_route", "ibv_ah_attr",
            "ibv_qp_attr", "ibv_device_attr", "ibv_async_event"];

    [NeedsFact("gcc")]
    public void Every_field_stands_where_the_C_header_has_it()
    {
        var ours = Structures().SelectMany(Fields).ToList();
        Asked(ours.Select(one => $"offsetof(struct {one.Structure}, {one.Path})")).ShouldBe(ours.Select(one => (long)one.Offset));
    }

    [NeedsFact("gcc")]
    public void What_C_reads_or_writes_whole_has_the_size_of_the_C_header()
    {
        var ours = Structures().Where(type => Sized.Contains(type.Name)).ToList();
        ours.Count.ShouldBe(Sized.Length);
        Asked(ours.Select(type => $"sizeof(struct {type.Name})")).ShouldBe(ours.Select(type => (long)Marshal.SizeOf(type)));
        Asked(["sizeof(struct ibv_port_attr)"]).ShouldHaveSingleItem().ShouldBeLessThanOrEqualTo(Marshal.SizeOf<ibv_port_attr>());
    }

    [NeedsFact("gcc")]
    public void Every_constant_has_the_value_of_the_C_header()
    {
        var ours = typeof(VerbsConstants).GetFields(BindingFlags.Static | BindingFlags.NonPublic).ToList();
        ours.ShouldNotBeEmpty();
        Asked(ours.Select(field => field.Name)).ShouldBe(ours.Select(field => (long)(int)field.GetRawConstantValue()!));
    }

    private static IEnumerable<Type> Structures() =>
        typeof(ibv_sge).Assembly.GetTypes().Where(type => type.IsValueType && type.Name.StartsWith("ibv_", StringComparison.Ordinal));

    private static IEnumerable<(string Structure, string Path, int Offset)> Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public)
            .Select(field => (type.Name, Paths.GetValueOrDefault($"{type.Name}.{field.Name}", field.Name),
                (int)Marshal.OffsetOf(type, field.Name)));

    /// <summary>The values of C expressions.</summary>
    private static long[] Asked(IEnumerable<string> expressions)
    {
        var folder = Directory.CreateTempSubdirectory("verbs-layout");
        try
        {
            var source = new StringBuilder("#include <infiniband/verbs.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n");
            foreach (var expression in expressions)
                source.Append("printf(\"%lld\\n\", (long long)(").Append(expression).Append("));\n");
            File.WriteAllText(Path.Combine(folder.FullName, "layout.c"), source.Append("return 0; }\n").ToString());
            Tool.Run("gcc", ["-w", "-o", "layout", "layout.c"], folder: folder.FullName);
            var output = Encoding.ASCII.GetString(Tool.Run(Path.Combine(folder.FullName, "layout"), []));
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => long.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
