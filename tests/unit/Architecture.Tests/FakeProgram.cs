namespace K8sMediaFlow.Architecture.Tests;

/// <summary>A script that stands for a program which a test does not want to run.</summary>
internal static class FakeProgram
{
    /// <param name="root">Of the scene.</param>
    /// <param name="path">From there.</param>
    /// <param name="text">With its interpreter in the first line.</param>
    public static void Write(string root, string path, string text)
    {
        path = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
