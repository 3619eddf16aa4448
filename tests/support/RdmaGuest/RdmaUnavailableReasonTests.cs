using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What a sidecar's process may lack, provoked for real: the sidecar says it by its name and says what helps.</summary>
public class RdmaUnavailableReasonTests
{
    [Fact]
    public void A_library_that_is_not_installed()
    {
        VerbsLibrary.MissingReason.ShouldBeNull();
        var library = File.ReadLines("/proc/self/maps").First(line => line.Contains("/libibverbs.so", StringComparison.Ordinal))
            .Split(' ')[^1];
        var folder = Path.GetDirectoryName(library);
        // A layer over its folder, from which the file is deleted.
        var hide = $"mkdir -p /dev/shm/hide/upper /dev/shm/hide/work && mount -t overlay -o lowerdir={folder},upperdir=/dev/shm/hide/upper,workdir=/dev/shm/hide/work none {folder} && rm {library}";
        var (reason, detail) = Limited.Preflight(Limited.Sight(hide)).ShouldHaveSingleItem();
        reason.ShouldBe("LibraryMissing");
        detail.ShouldContain("install the packages libibverbs1");
    }

    [Fact]
    public void A_process_that_was_handed_no_device()
    {
        var (reason, detail) = Limited.Preflight(Limited.Sight("mount -t tmpfs none /dev/infiniband")).ShouldHaveSingleItem();
        reason.ShouldBe("NoDevice");
        detail.ShouldContain("no device was handed to this process");
    }

    [Fact]
    public void Devices_that_may_not_be_opened()
    {
        var files = Directory.GetFiles("/dev/infiniband", "uverbs*");
        var modes = files.Select(File.GetUnixFileMode).ToArray();
        try
        {
            foreach (var file in files)
                File.SetUnixFileMode(file, UnixFileMode.None);
            Limited.Preflight(Limited.Rights).ShouldAllBe(one => one.Reason == "DeviceBusy" && one.Detail.Contains("read and write"));
        }
        finally
        {
            foreach (var (file, mode) in files.Zip(modes))
                File.SetUnixFileMode(file, mode);
        }
    }

    [Fact]
    public void A_process_that_may_lock_little() =>
        Limited.Preflight(Limited.Locking(LockingProgram.Bytes))
            .ShouldAllBe(one => one.Reason == "MemlockLimited" && one.Detail.Contains("ulimit -l"));

    [Fact]
    public void A_region_or_an_epoch_that_may_not_be_locked_says_so_when_it_is_opened()
    {
        var refused = Limited.Output(Limited.Locking(LockingProgram.Bytes / 2), "K8sMediaFlow.RdmaGuest.dll", LockingProgram.Verb).TrimEnd()
            .Split('\n');
        refused.Length.ShouldBe(2);
        refused.ShouldAllBe(one => one.Contains("MemlockLimited") && one.Contains("ulimit -l"));
    }
}
