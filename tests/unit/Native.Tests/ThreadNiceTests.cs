using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Native.Tests;

public class ThreadNiceTests
{
    [Fact]
    public void A_thread_gives_way_by_itself_and_no_other_does()
    {
        var before = ThreadNice.Current;
        var given = 0;
        var thread = new Thread(() =>
        {
            ThreadNice.GiveWay();
            given = ThreadNice.Current;
        });
        thread.Start();
        thread.Join(Hang.Bound).ShouldBeTrue();
        given.ShouldBe(Math.Min(19, before + 5));
        ThreadNice.Current.ShouldBe(before);
    }
}
