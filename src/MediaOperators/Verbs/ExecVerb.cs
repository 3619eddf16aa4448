using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class ExecVerb { public static Command Build() => new("exec", ""); }
