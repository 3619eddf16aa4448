using System.Text;
using Google.Protobuf;
using K8sMediaFlow.Bench.Capnp.Rows;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>Texts: two short ones, one of 2,000 bytes, fifty lines of 40. UTF-8 here and in C++; Protobuf has strings only.</summary>
internal readonly struct ArticleRow : IRow
{
    private const int Lines = 50;

    private static readonly string Body = new('b', 2000);
    private static readonly string Line = new('l', 40);
    private static readonly byte[] BodyUtf8 = Encoding.UTF8.GetBytes(Body);
    private static readonly byte[] LineUtf8 = Encoding.UTF8.GetBytes(Line);

    public static string Name => "text";

    public static int CapacityBytes => 16 * 1024;

    public static void Build(ref MessageBuilder message, uint number)
    {
        var article = message.InitRoot<Article.Builder>();
        article.SetTitle("A title as long as titles are"u8);
        article.SetAuthor("An author"u8);
        article.SetBody(BodyUtf8);
        var lines = article.InitLines(Lines);
        for (var index = 0; index < Lines; index++)
            lines.SetText(index, LineUtf8);
    }

    public static ulong Read(ref MessageReader message)
    {
        var article = message.Root<Article.Reader>();
        var sum = Sum(article.Title) + Sum(article.Author) + Sum(article.Body);
        foreach (var line in article.Lines)
            sum += Sum(line);
        return sum;
    }

    public static int BuildProtobuf(byte[] buffer, uint number)
    {
        var article = new Protobuf.Rows.Article { Title = "A title as long as titles are", Author = "An author", Body = Body };
        for (var index = 0; index < Lines; index++)
            article.Lines.Add(Line);
        var lengthBytes = article.CalculateSize();
        article.WriteTo(buffer.AsSpan(0, lengthBytes));
        return lengthBytes;
    }

    public static ulong ReadProtobuf(ReadOnlySpan<byte> serialised)
    {
        var article = Protobuf.Rows.Article.Parser.ParseFrom(serialised);
        var sum = Sum(article.Title) + Sum(article.Author) + Sum(article.Body);
        foreach (var line in article.Lines)
            sum += Sum(line);
        return sum;
    }

    private static ulong Sum(Utf8Text text) => (ulong)text.Length + text.Bytes[^1];

    private static ulong Sum(string text) => (ulong)text.Length + text[^1];
}
