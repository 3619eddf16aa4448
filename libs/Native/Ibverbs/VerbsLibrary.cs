using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>
/// Whether this machine has libibverbs, and which devices it shows. Nothing else of this folder may be used where it is missing.
/// </summary>
public static unsafe class VerbsLibrary
{
    private static readonly Lazy<string?> Missing = new(Load);

    /// <summary>Why the library cannot be used, naming what to install; null where it can.</summary>
    public static string? MissingReason => Missing.Value;

    /// <summary>Names of the RDMA devices that this process may see; none where the kernel has no RDMA at all.</summary>
    /// <exception cref="NativeException">The devices cannot be listed.</exception>
    public static IReadOnlyList<string> DeviceNames()
    {
        var names = new List<string>();
        var devices = VerbsCalls.ibv_get_device_list(null);
        if (devices is null)
            return Marshal.GetLastPInvokeError() == Libc.Errno.ENOSYS ? names : throw NativeException.Last("ibv_get_device_list");
        for (var one = devices; *one != 0; one++)
            names.Add(NameOf(*one));
        VerbsCalls.ibv_free_device_list(devices);
        return names;
    }

    internal static string NameOf(nint device) => Marshal.PtrToStringUTF8((nint)VerbsCalls.ibv_get_device_name(device)) ?? "";

    private static string? Load() => NativeLibrary.TryLoad(VerbsCalls.Library, out _)
        ? null
        : $"{VerbsCalls.Library} cannot be loaded: install the packages libibverbs1 and ibverbs-providers";
}
