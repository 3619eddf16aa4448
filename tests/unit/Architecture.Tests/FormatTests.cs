using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>What tools say of the sources as they are: no build is needed for it.</summary>
public class FormatTests
{
    /// <summary>On a machine that runs other rooms: each takes ten seconds on a quiet one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Whitespace alone: style and analyzers are the build's (EnforceCodeStyleInBuild), and need no second compilation.</summary>
    [Fact]
    public void Code_is_formatted_as_the_editorconfig_says() => Tool.Run("dotnet",
        ["format", "whitespace", "--folder", ".", "--verify-no-changes", "--exclude", "**/Generated/**", "**/obj/**"],
        folder: Repository.Root, patience: Patience);

    [Trait("Category", "Slow")]
    [NeedsFact("jscpd", "node")]
    public void No_ten_lines_of_hand_written_code_occur_twice() => Tool.Run("python3", ["-B", "scripts/lint-duplicates.py"],
        folder: Repository.Root, patience: Patience);
}
