using Xunit.Abstractions;
using Xunit.Sdk;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Runs tests and prints their results as they come.</summary>
internal sealed class GuestRun : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _failed, _run;

    public static bool Run(string partOfName)
    {
        var chosen = GuestTests.Find().Where(one => one.DisplayName.Contains(partOfName, StringComparison.Ordinal)).ToList();
        using var framework = new XunitTestFramework(new NoMessages());
        using var executor = framework.GetExecutor(GuestTests.Assembly);
        var run = new GuestRun();
        executor.RunTests(chosen, run, new GuestOptions());
        run._over.Task.Wait(TimeSpan.FromHours(1)).ShouldBeTrue();
        return run is { _failed: 0, _run: > 0 };
    }

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestPassed passed:
                Print(new GuestResult(passed.Test.DisplayName, IsPassed: true, passed.ExecutionTime, ""));
                break;
            case ITestFailed failed:
                _failed++;
                Print(new GuestResult(failed.Test.DisplayName, IsPassed: false, failed.ExecutionTime, Reason(failed)));
                break;
            case IErrorMessage broken:
                _failed++;
                Print(new GuestResult("(outside of a test)", IsPassed: false, 0, Reason(broken)));
                break;
            case ITestAssemblyFinished:
                _over.TrySetResult();
                break;
        }
        return true;
    }

    private static string Reason(IFailureInformation failure) =>
        string.Join('\n', failure.ExceptionTypes.Zip(failure.Messages, failure.StackTraces)
            .Select(one => $"{one.First}: {one.Second}\n{one.Third}"));

    private void Print(GuestResult result)
    {
        _run++;
        Console.WriteLine(result.ToLine());
        Console.Out.Flush();
    }
}
