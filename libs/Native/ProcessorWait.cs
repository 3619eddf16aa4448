using System.Globalization;

namespace K8sMediaFlow.Native;

/// <summary>
/// How long a process was ready to run and no processor was free for it: time in which it could not have said anything. A process that
/// hangs or is stopped is not ready to run, and waits for nothing.
/// </summary>
public static class ProcessorWait
{
    /// <summary>
    /// Of all its threads together, since they began: an answer goes through several of them, and each may wait. Less than before where one
    /// has ended; zero where the kernel does not say, or there is no such process.
    /// </summary>
    public static TimeSpan Of(int processId)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{processId}/task").Aggregate(TimeSpan.Zero,
                (sum, folder) => sum + OfThread(folder));
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    /// <summary>Second of three numbers: nanoseconds in the queue of a processor.</summary>
    private static TimeSpan OfThread(string folder)
    {
        try
        {
            var numbers = File.ReadAllText(Path.Combine(folder, "schedstat")).Split(' ');
            return TimeSpan.FromMicroseconds(long.Parse(numbers[1], CultureInfo.InvariantCulture) / 1000);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return TimeSpan.Zero;
        }
    }
}
