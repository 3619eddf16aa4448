using K8sMediaFlow.Docs.Tests.Markdown;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>The reference of the command line is complete.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void The_reference_lists_every_command_with_its_options()
    {
        var page = Page.At("docs/reference/command-line.md").Text;
        CommandLine.Commands.ShouldNotBeEmpty();
        foreach (var command in CommandLine.Commands)
        {
            page.ShouldContain($"| `{command}");
            CommandLine.Options(command).Where(option => !page.Contains($"`{option}", StringComparison.Ordinal)).ShouldBeEmpty(command);
        }
    }
}
