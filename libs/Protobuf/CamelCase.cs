using System.Text;

namespace K8sMediaFlow.Protobuf;

/// <summary>Names of JSON out of names of a schema, and back.</summary>
internal static class CamelCase
{
    public static string Of(string snake)
    {
        var camel = new StringBuilder(snake.Length);
        var isUpper = false;
        foreach (var letter in snake)
        {
            if (letter != '_')
                camel.Append(isUpper ? char.ToUpperInvariant(letter) : letter);
            isUpper = letter == '_';
        }

        return camel.ToString();
    }

    public static string ToSnake(string camel)
    {
        var snake = new StringBuilder(camel.Length + 4);
        foreach (var letter in camel)
        {
            if (char.IsAsciiLetterUpper(letter))
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(letter));
        }

        return snake.ToString();
    }
}
