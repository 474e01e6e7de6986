namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Content blocks in a row. A block ends only when the next one begins or the row ends, so that what holds for the last one may come late.
/// </summary>
internal sealed class AnthropicBlocks(AnthropicRequestBody output)
{
    private bool _open;
    private bool _cached;

    /// <summary>Blocks begun since the row began.</summary>
    public int Count { get; private set; }

    /// <param name="head">The block up to where its own properties go on: an opening brace and more, without the closing one.</param>
    public void Begin(ReadOnlySpan<byte> head)
    {
        Close();
        if (Count++ > 0)
        {
            output.Write(","u8);
        }

        output.Write(head);
        (_open, _cached) = (true, false);
    }

    /// <summary>Marks the open block as the end of what is to be cached; a mark that it has already stands.</summary>
    public void Cache(ReadOnlyMemory<byte> cacheControl)
    {
        if (!_open || _cached || cacheControl.IsEmpty)
        {
            return;
        }

        output.Write(",\"cache_control\":"u8);
        output.Take(cacheControl);
        _cached = true;
    }

    public void End()
    {
        Close();
        Count = 0;
    }

    private void Close()
    {
        if (_open)
        {
            output.Write("}"u8);
            _open = false;
        }
    }
}
