using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>
/// The functions that libibverbs really exports. Those that verbs.h defines inline have no symbol: <see cref="VerbsTable"/>.
/// Most answer with an errno value; those that return a pointer, or -1, leave it in errno.
/// </summary>
internal static unsafe partial class VerbsCalls
{
    internal const string Library = "libibverbs.so.1";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint* ibv_get_device_list(int* count);

    [LibraryImport(Library)]
    internal static partial void ibv_free_device_list(nint* list);

    [LibraryImport(Library)]
    internal static partial byte* ibv_get_device_name(nint device);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint ibv_open_device(nint device);

    [LibraryImport(Library)]
    internal static partial int ibv_close_device(nint context);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ibv_query_device(nint context, ibv_device_attr* attributes);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ibv_query_port(nint context, byte port, ibv_port_attr* attributes);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ibv_query_gid(nint context, byte port, int index, void* gid);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ibv_get_async_event(nint context, ibv_async_event* happened);

    [LibraryImport(Library)]
    internal static partial void ibv_ack_async_event(ibv_async_event* happened);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint ibv_alloc_pd(nint context);

    [LibraryImport(Library)]
    internal static partial int ibv_dealloc_pd(nint domain);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint ibv_reg_mr(nint domain, nint address, nuint length, int access);

    [LibraryImport(Library)]
    internal static partial int ibv_dereg_mr(nint memory);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint ibv_create_comp_channel(nint context);

    [LibraryImport(Library)]
    internal static partial int ibv_destroy_comp_channel(nint channel);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint ibv_create_cq(nint context, int entries, nint cookie, nint channel, int vector);

    [LibraryImport(Library)]
    internal static partial int ibv_destroy_cq(nint queue);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ibv_get_cq_event(nint channel, nint* queue, nint* cookie);

    [LibraryImport(Library)]
    internal static partial void ibv_ack_cq_events(nint queue, uint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint ibv_create_qp(nint domain, ibv_qp_init_attr* attributes);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ibv_modify_qp(nint pair, ibv_qp_attr* attributes, int mask);

    [LibraryImport(Library)]
    internal static partial int ibv_destroy_qp(nint pair);
}
