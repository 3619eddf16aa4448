using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// What a peer whose certificate is right can say before its link stands, and what anybody can say before that: nothing of it stays. What
/// the listener makes of each: Links/HelloFuzzTests.
/// </summary>
[Trait("Category", "Slow")]
public sealed class LinkHelloTests(Siege siege) : IClassFixture<Siege>
{
    private const int Strangers = 100;

    [Fact]
    public void Whatever_a_hello_says_leaves_nothing_behind()
    {
        using (var foe = siege.Betray())
        {
            foreach (var words in WireMutations.FewOf(foe.Hello()))
                foe.Greet(words).Dispose();
        }
        siege.ShouldStand();
    }

    [Theory]
    [InlineData(LinkMessage.Which.Ready)]
    [InlineData(LinkMessage.Which.Bye)]
    public void Whatever_follows_a_hello_leaves_nothing_behind(LinkMessage.Which which)
    {
        using (var foe = siege.Betray())
        {
            foreach (var words in WireMutations.FewOf(FoeLink.Message(message => Say(message, which))))
            {
                using var link = foe.Greet(foe.Hello());
                link.Say(words);
                link.AwaitEnd();
            }
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Whoever_says_nothing_or_garbage_before_tls_leaves_nothing_behind()
    {
        using (var foe = siege.Betray())
        {
            for (var count = 0; count < Strangers; count++)
            {
                using var stranger = foe.Knock();
                if (count % 2 == 0)
                    stranger.Send("GET / HTTP/1.1\r\n\r\n"u8);
            }
        }
        siege.ShouldStand();
    }

    private static void Say(LinkMessage.Builder message, LinkMessage.Which which)
    {
        if (which == LinkMessage.Which.Ready)
            message.InitReady().Epoch = 1;
        else
            message.InitBye().Reason = "words for people";
    }
}
