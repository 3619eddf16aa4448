using System.Diagnostics;
using System.Globalization;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Native.Tests;

/// <summary>Page tables that are filled behind those who map memory. Counts resident bytes and page faults, not time.</summary>
public sealed class PagePopulationTests : IDisposable
{
    private const int PageBytes = MemoryFile.PageBytes, Pages = 16 << 10;

    private readonly MemoryFile _file = MemoryFile.Create("behind", (long)Pages * PageBytes);
    private readonly ManualResetEventSlim _gate = new();

    public PagePopulationTests()
    {
        _file.Preallocate();
        PagePopulation.BeforeChunk = memory =>
        {
            // No other test's memory has this size.
            if (memory.LengthBytes == _file.LengthBytes)
                _gate.Wait(Hang.Bound);
        };
    }

    public void Dispose()
    {
        _gate.Set();
        PagePopulation.BeforeChunk = null;
        _file.Dispose();
    }

    [Theory]
    [InlineData(MemoryAccess.ReadWrite)]
    [InlineData(MemoryAccess.ReadOnly)]
    public void Memory_can_be_used_at_once_and_has_no_page_fault_when_its_page_tables_are_filled(MemoryAccess access)
    {
        using var memory = MappedMemory.MapAndPopulateBehind(_file, access);
        ResidentPages(memory).ShouldBeLessThan(Pages / 2);
        Touch(memory, Pages - 1);
        _gate.Set();
        AwaitResident(memory);
        var before = MinorFaults();
        for (var page = 0; page < Pages; page++)
            Touch(memory, page);
        (MinorFaults() - before).ShouldBeLessThan(Pages / 100);
    }

    [Fact]
    public void Memory_that_is_disposed_is_filled_no_more()
    {
        var memory = MappedMemory.MapAndPopulateBehind(_file, MemoryAccess.ReadWrite);
        memory.Dispose();
        _gate.Set();
        memory.TryPopulate(0, PageBytes).ShouldBeFalse();
        using var next = MappedMemory.MapAndPopulateBehind(_file, MemoryAccess.ReadWrite);
        AwaitResident(next);
    }

    private static void AwaitResident(MappedMemory memory)
    {
        for (var limit = Stopwatch.StartNew(); ResidentPages(memory) < Pages; Thread.Sleep(5))
            limit.Elapsed.ShouldBeLessThan(Hang.Bound, $"{ResidentPages(memory)} of {Pages} pages are there");
    }

    private static void Touch(MappedMemory memory, int page) =>
        _ = memory.ReadOnlySpan((long)page * PageBytes, 1)[0];

    private static int ResidentPages(MappedMemory memory)
    {
        var lines = File.ReadLines("/proc/self/smaps")
            .SkipWhile(line => !line.StartsWith($"{memory.Address:x}-", StringComparison.Ordinal));
        var kilobytes = lines.First(line => line.StartsWith("Rss:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return int.Parse(kilobytes, CultureInfo.InvariantCulture) / (PageBytes >> 10);
    }

    private static long MinorFaults()
    {
        var text = File.ReadAllText("/proc/thread-self/stat");
        return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[7], CultureInfo.InvariantCulture);
    }
}
