using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>The life of every verb: attach, work, and an end whose reason the sidecar, the terminal and the exit code all tell.</summary>
internal static class CommandHost
{
    private const int Success = 0;
    private const int Failure = 1;

    public static async Task<int> RunAsync(string verb, Func<MediaOperator, Task> work)
    {
        try
        {
            await using var media = await MediaOperator.AttachAsync();
            return await WorkAsync(verb, media, work);
        }
        catch (MediaOperatorException failure)
        {
            return Report(verb, failure.Message);
        }
        catch (DeliveredException failure)
        {
            return Report(verb, failure.Message);
        }
    }

    private static async Task<int> WorkAsync(string verb, MediaOperator media, Func<MediaOperator, Task> work)
    {
        try
        {
            await work(media);
            return Success;
        }
        catch (MediaException failure)
        {
            media.Fail(failure.Message);
            return Report(verb, failure.Message);
        }
        catch (OperationCanceledException) when (media.Stopping.IsCancellationRequested)
        {
            return Report(verb, "the time to end was over before the inputs had ended: what was not received stays with its producers");
        }
        catch (Exception bug) when (bug is not (MediaOperatorException or DeliveredException))
        {
            media.Fail($"{bug.GetType().Name}: {bug.Message}");
            return Report(verb, bug.ToString());
        }
    }

    private static int Report(string verb, string reason)
    {
        Console.Error.WriteLine($"{verb}: {reason}");
        return Failure;
    }
}
