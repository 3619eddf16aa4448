using System.Runtime.InteropServices;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Regions;
using Microsoft.Win32.SafeHandles;

namespace K8sMediaFlow.Staging.Tests.Regions;

public sealed unsafe partial class RegionSealTests : IDisposable
{
    private readonly StagingRegion _region = StagingRegion.Create("sealed-region", [new BlockClass(4096, 4)]);
    private readonly MappedMemory _producer;

    public RegionSealTests()
    {
        _producer = _region.MapForProducer();
        _region.Seal();
    }

    public void Dispose()
    {
        _producer.Dispose();
        _region.Dispose();
    }

    [Fact]
    public void A_consumer_cannot_write_through_the_descriptor()
    {
        using var handle = new SafeFileHandle(_region.File.Descriptor, ownsHandle: false);
        Should.Throw<UnauthorizedAccessException>(() => RandomAccess.Write(handle, "x"u8, 8192));
    }

    [Fact]
    public void A_consumer_cannot_map_it_writable() =>
        Should.Throw<StagingException>(_region.MapForProducer).Message.ShouldContain("not permitted");

    [Fact]
    public void A_consumer_cannot_make_its_own_mapping_writable()
    {
        using var memory = _region.MapForReader();
        mprotect(memory.Pointer, (nuint)memory.LengthBytes, 3).ShouldBe(-1);
    }

    [Fact]
    public void A_consumer_cannot_resize_it()
    {
        ftruncate(_region.File.Descriptor, 4096).ShouldBe(-1);
        ftruncate(_region.File.Descriptor, 1 << 24).ShouldBe(-1);
        ftruncate(_region.File.Descriptor, 0).ShouldBe(-1);
    }

    [Fact]
    public void A_consumer_cannot_punch_a_hole_into_it()
    {
        const int KeepSizeAndPunchHole = 3;
        fallocate(_region.File.Descriptor, KeepSizeAndPunchHole, 0, 4096).ShouldBe(-1);
    }

    [Fact]
    public void A_descriptor_opened_anew_is_as_sealed_as_the_first()
    {
        var path = $"/proc/self/fd/{_region.File.Descriptor}";
        using var again = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Should.Throw<UnauthorizedAccessException>(() => again.Write("x"u8));
        var number = (int)again.SafeFileHandle.DangerousGetHandle();
        ftruncate(number, 0).ShouldBe(-1);
        using var reopened = MemoryFile.FromDescriptor(dup(number));
        Should.Throw<NativeException>(() => MappedMemory.Map(reopened, MemoryAccess.ReadWrite));
    }

    [Fact]
    public void The_producers_mapping_goes_on_writing()
    {
        using var reader = _region.MapForReader();
        var writer = new RegionWriter(_producer);
        writer.TryTake(4096, new BlockQuota(1), out var block).ShouldBeTrue();
        writer.Memory(block)[4095] = 77;
        new RegionReader(reader).TryResolve(TestRegion.Whole(block, 4096), out var bytes).ShouldBeTrue();
        bytes[4095].ShouldBe((byte)77);
    }

    [Fact]
    public void No_reader_maps_what_is_not_sealed()
    {
        using var open = StagingRegion.Create("open-region", [new BlockClass(4096, 1)]);
        Should.Throw<StagingException>(open.MapForReader).Error.ShouldBe(StagingError.NotSealed);
        Should.Throw<StagingException>(open.VerifySealed).Error.ShouldBe(StagingError.NotSealed);
    }

    [Fact]
    public void A_header_that_the_producer_changed_before_the_seal_is_found()
    {
        using var region = StagingRegion.Create("changed-region", [new BlockClass(4096, 1)]);
        using var producer = region.MapForProducer();
        producer.Span(16, 1)[0] ^= 1;
        Should.Throw<StagingException>(region.Seal).Error.ShouldBe(StagingError.BadHeader);
    }

    [Fact]
    public void Huge_pages_that_are_not_there_are_an_error_that_says_how_many_and_where_to_get_them()
    {
        var failure = Should.Throw<StagingException>(() => StagingRegion.Create("huge", [new BlockClass(1 << 30, 512)],
            pageBytes: 2 << 20));
        failure.Error.ShouldBe(StagingError.OutOfMemory);
        failure.Message.ShouldContain("262145 huge pages of 2 MiB");
        failure.Message.ShouldContain("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    }

    [LibraryImport("libc")]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int ftruncate(int fd, long length);

    [LibraryImport("libc")]
    private static partial int fallocate(int fd, int mode, long offset, long length);

    [LibraryImport("libc")]
    private static partial int dup(int fd);
}
