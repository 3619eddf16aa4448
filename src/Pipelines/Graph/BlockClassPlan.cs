namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>Blocks of one size. Sizes are multiples of 4096; the smallest class of a media operator's region holds envelopes.</summary>
public sealed record BlockClassPlan(long SizeBytes, int Count);
