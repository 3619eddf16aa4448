namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>A program to start: absolute path, arguments, and environment laid over ours.</summary>
internal sealed record ProcessCommand(string File, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string?> Environment);
