namespace K8sMediaFlow.CapnProto;

/// <summary>What lists of pointers offer beyond their elements.</summary>
public static class PointerLists
{
    /// <summary>
    /// A new list, text or data of <paramref name="count"/> elements (bytes, for text and data) as element <paramref name="index"/>.
    /// </summary>
    /// <exception cref="CapnProtoException">The arena has no room.</exception>
    public static T Init<T>(this PointerListBuilder<T> list, int index, int count)
        where T : IListBuilder<T>, allows ref struct => list.Raw[index].Init<T>(count);

    /// <summary>Writes one text for each element.</summary>
    /// <exception cref="CapnProtoException">The arena has no room.</exception>
    public static void SetTexts(this PointerListBuilder list, ReadOnlySpan<string> texts)
    {
        for (var index = 0; index < texts.Length; index++)
            list.SetText(index, texts[index]);
    }
}
