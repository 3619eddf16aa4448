using System.CommandLine;
namespace K8sMediaFlow.MediaOperators.Verbs;
internal static class AnalyseVerb { public static Command Build() => new("analyse", ""); }
