using Xunit;

namespace K8sMediaFlow.TestKit;

/// <summary>A theory that needs programs or rights of the machine, as <see cref="NeedsFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsTheoryAttribute : TheoryAttribute
{
    public NeedsTheoryAttribute(params string[] programs)
    {
        Skip = NeedsFactAttribute.Reason(programs);
    }
}
