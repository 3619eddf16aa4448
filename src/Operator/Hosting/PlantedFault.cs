namespace K8sMediaFlow.Operator.Hosting;

/// <summary>
/// Faults for the end-to-end tests, which must fail with each of them: a case that passes without the thing that it is about proves
/// nothing. Only K8SMEDIAFLOW_PLANTED_FAULT plants one; the chart has no value for it.
/// </summary>
internal enum PlantedFault
{
    None,

    /// <summary>No sidecar is brought a plan.</summary>
    NoPlans,

    /// <summary>A pod that is gone stays gone.</summary>
    NoReplacement,

    /// <summary>Sidecars end without waiting for what is under way.</summary>
    NoDrain,
}
