using System.Reflection;
using System.Reflection.Emit;
using K8sMediaFlow.Sdk.Tests.Fakes;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Every public member of a handle that is over says so, and touches nothing of the handle that has its slot now.</summary>
public sealed class StaleHandleTests
{
    // What a handle that is over may still be asked.
    private static readonly string[] s_always =
        [nameof(Frame.Dispose), nameof(Equals), nameof(GetHashCode), nameof(ToString), nameof(GetType)];

    [Theory]
    [MemberData(nameof(Members), typeof(Frame))]
    public async Task A_frame_that_was_given_back_throws(string member)
    {
        await using var passing = await PassingOperator.AttachAsync();
        passing.Source.Send(1);
        passing.Source.Send(2);
        var stale = await passing.ReceiveAsync();
        stale.Dispose();
        using var next = await passing.ReceiveAsync();
        ThrowsDisposed(stale, member);
        ThrowsDisposed(default(Frame), member);
        next.Sequence.ShouldBe(2UL);
    }

    [Theory]
    [MemberData(nameof(Members), typeof(FrameLoan))]
    public async Task A_loan_that_is_over_throws(string member)
    {
        await using var passing = await PassingOperator.AttachAsync();
        var stale = passing.Output.Loan(10);
        stale.Dispose();
        using var next = passing.Output.Loan(20);
        ThrowsDisposed(stale, member);
        ThrowsDisposed(default(FrameLoan), member);
        next.Payload.Length.ShouldBe(20);
    }

    [Fact]
    public async Task A_frame_that_was_given_back_is_neither_forwarded_nor_sent_from()
    {
        await using var passing = await PassingOperator.AttachAsync();
        passing.Source.Send(1);
        var stale = await passing.ReceiveAsync();
        stale.Dispose();
        passing.Sink.Pop().Kind.ShouldBe(Primitives.FrameKind.Gap);
        using var loan = passing.Output.Loan(10);
        Should.Throw<ObjectDisposedException>(() => loan.Send(stale));
        Should.Throw<ObjectDisposedException>(() => passing.Output.Forward(stale));
        Should.Throw<ObjectDisposedException>(() => _ = passing.Output.ForwardAsync(stale).AsTask());
        passing.Sink.Channel.TryPop(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_frame_of_another_operator_is_refused_with_both_names()
    {
        await using var passing = await PassingOperator.AttachAsync();
        await using var other = await PassingOperator.AttachAsync();
        passing.Source.Send(1);
        using var frame = await passing.ReceiveAsync();
        using var loan = other.Output.Loan(10);
        Should.Throw<ArgumentException>(() => loan.Send(frame)).Message.ShouldContain("was received by passing, not by passing");
        Should.Throw<ArgumentException>(() => other.Output.Forward(frame));
    }

    [Fact]
    public void A_cancellation_token_is_named_so_everywhere() => typeof(MediaOperator).Assembly.GetExportedTypes()
        .SelectMany(type => type.GetMethods()).SelectMany(method => method.GetParameters())
        .Where(parameter => parameter.ParameterType == typeof(CancellationToken))
        .ShouldAllBe(parameter => parameter.Name == "cancellationToken" && parameter.IsOptional);

    public static TheoryData<string> Members(Type handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return [.. Methods(handle).Select(method => method.ToString()!)];
    }

    private static IEnumerable<MethodInfo> Methods(Type handle) =>
        handle.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => !s_always.Contains(method.Name));

    private static void ThrowsDisposed<THandle>(THandle stale, string member)
    {
        var call = CallOf<THandle>(Methods(typeof(THandle)).Single(method => method.ToString() == member));
        Should.Throw<ObjectDisposedException>(() => call(stale));
    }

    // Spans cannot be boxed, so reflection alone cannot call what takes or returns them.
    private static Action<THandle> CallOf<THandle>(MethodInfo method)
    {
        var call = new DynamicMethod("call " + method.Name, null, [typeof(THandle)], typeof(THandle).Module, skipVisibility: true);
        var code = call.GetILGenerator();
        code.Emit(OpCodes.Ldarga_S, 0);
        foreach (var parameter in method.GetParameters())
        {
            var value = code.DeclareLocal(parameter.ParameterType);
            code.Emit(OpCodes.Ldloca_S, value);
            code.Emit(OpCodes.Initobj, parameter.ParameterType);
            code.Emit(OpCodes.Ldloc, value);
        }
        code.Emit(OpCodes.Call, method);
        if (method.ReturnType != typeof(void))
            code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ret);
        return call.CreateDelegate<Action<THandle>>();
    }
}
