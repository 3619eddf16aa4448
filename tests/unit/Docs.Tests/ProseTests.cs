using System.Text.RegularExpressions;
using K8sMediaFlow.Docs.Tests.Markdown;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>Plain English in short sentences. Code, tables and generated pages are left out.</summary>
public sealed class ProseTests
{
    private const int WordsMax = 40, MedianWordsMax = 18;

    /// <summary>What a native reader would stumble over, and what to write.</summary>
    private static readonly (string Phrase, string Instead)[] Avoided =
    [
        ("whoever", "who, or name the person"),
        ("whosoever", "who, or name the person"),
        ("here stands?", "is here"),
        ("stands? (in|on|at|for|between|beside|there)", "is"),
        ("(lie|lies|lay) (in|at|on|there|here)", "is"),
        ("the kinds", "the custom resource definitions"),
        ("nobody", "no process, no user, or the passive voice"),
        ("somebody", "a user, a process"),
        ("shall", "must, or will"),
        ("for ever", "forever, or without a limit"),
        ("in vain", "without a result"),
        ("to be rid of", "to remove"),
        ("let go of", "release"),
        ("the dead(?=[.,;:]| (is|are|had|have|can|may)\\b)", "the failed process"),
        ("haunted", "orphaned"),
        ("the way of", "the path of"),
        ("of our making", "of our own"),
        ("for want of", "without"),
        ("is told", "is notified, or receives"),
        ("are told", "are notified, or receive"),
        ("what is no", "what is not a"),
        ("be it", "whether it is"),
        ("rather stand still", "wait"),
        ("beforehand", "before, or ahead of time"),
        ("goes by", "uses"),
        ("as before that", "as before"),
        ("to come(?=[.,;:)])", "planned, with its issue, or nothing: a page says what is there"),
        ("kept back", "held"),
        ("keeps? to itself", "does not share"),
        ("undoing each other", "conflicting"),
        ("spoiled", "invalid"),
        ("the like", "similar"),
        ("thereof|whereof|hereof|thereby|whereby|wherein", "plain words"),
    ];

    public static TheoryData<string> Pages =>
        [.. Page.All.Where(page => !page.IsGenerated && page.Prose.Count > 0).Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Sentences_are_short(string path)
    {
        var sentences = Page.At(path).Prose.SelectMany(Sentences.Of).ToList();
        sentences.Where(sentence => Sentences.Words(sentence) > WordsMax).ShouldBeEmpty();
        var lengths = sentences.Select(Sentences.Words).Order().ToList();
        lengths[lengths.Count / 2].ShouldBeLessThanOrEqualTo(MedianWordsMax);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Words_are_those_that_a_native_reader_expects(string path)
    {
        var prose = string.Join('\n', Page.At(path).Prose.Select(part => Sentences.Plain(part)));
        Avoided.SelectMany(one => Regex.Matches(prose, $@"\b({one.Phrase})\b", RegexOptions.IgnoreCase)
            .Select(match => $"\"{match.Value}\": write {one.Instead}")).ShouldBeEmpty();
    }

    [Fact]
    public void The_page_of_a_room_is_one_sentence()
    {
        var rooms = Page.All.Where(IsOfRoom).ToList();
        rooms.ShouldNotBeEmpty();
        rooms.Where(page => page.Prose.SelectMany(Sentences.Of).Count() != 1 || !page.Prose[0].EndsWith('.')).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("One. Two words here.", 2)]
    [InlineData("Version 1.20 and 0.5 s are numbers.", 1)]
    [InlineData("`code.with.dots` begins it. [A link](a.md#b) is text (in brackets.) `Code` follows! Done?", 4)]
    public void A_sentence_ends_at_a_full_stop_before_a_capital(string prose, int count) => Sentences.Of(prose).Count().ShouldBe(count);

    [Fact]
    public void Inline_code_is_one_word() => Sentences.Words(Sentences.Of("Run `make a b c` now.").Single()).ShouldBe(3);

    private static bool IsOfRoom(Page page) => page.Path.Split('/')[0] is "libs" or "src"
        && Directory.EnumerateFiles(Path.GetDirectoryName(page.FullPath)!, "*.csproj").Any();
}
