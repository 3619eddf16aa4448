using System.Reflection;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>The tests of this program. Listing them needs no device; the host lists them to ask for each one's result.</summary>
public static class GuestTests
{
    public static IReadOnlyList<string> Names() => [.. Find().Select(one => one.DisplayName).Order(StringComparer.Ordinal)];

    internal static IReadOnlyList<IXunitTestCase> Find()
    {
        using var framework = new XunitTestFramework(new NoMessages());
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(typeof(GuestTests).Assembly));
        var found = new FoundTests();
        discoverer.Find(includeSourceInformation: false, found, new GuestOptions());
        found.WaitForEnd();
        return found.Cases;
    }

    internal static AssemblyName Assembly => typeof(GuestTests).Assembly.GetName();

    private sealed class FoundTests : LongLivedMarshalByRefObject, IMessageSink
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<IXunitTestCase> Cases { get; } = [];

        public void WaitForEnd() => _over.Task.Wait(Hang.Bound).ShouldBeTrue();

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage { TestCase: IXunitTestCase one })
                Cases.Add(one);
            if (message is IDiscoveryCompleteMessage)
                _over.TrySetResult();
            return true;
        }
    }
}

internal sealed class NoMessages : LongLivedMarshalByRefObject, IMessageSink
{
    public bool OnMessage(IMessageSinkMessage message) => true;
}

/// <summary>One test after the other: the guest has little of everything.</summary>
internal sealed class GuestOptions : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    private readonly Dictionary<string, object?> _values = new()
    {
        ["xunit.execution.DisableParallelization"] = true,
        ["xunit.execution.SynchronousMessageReporting"] = true,
    };

    public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) && value is TValue typed ? typed : default!;

    public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
}
