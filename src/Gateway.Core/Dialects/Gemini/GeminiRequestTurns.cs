namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// The <c>contents</c>: parts under a role, those of neighbouring messages of one role under one. The responses of tools go under
/// <c>user</c> and stay by themselves, since the API wants them, and no more, behind the calls that they answer.
/// </summary>
internal sealed class GeminiRequestTurns(GeminiRequestBody output)
{
    private Turn _turn;

    internal enum Turn
    {
        None,
        User,
        Model,
        Tool,
    }

    public bool IsEmpty => _turn == Turn.None;

    /// <summary>What the caller writes next is one part.</summary>
    public void BeginPart(Turn turn)
    {
        if (turn == _turn)
        {
            output.Write(","u8);
            return;
        }

        End();
        output.Write(_turn == Turn.None ? ""u8 : ","u8);
        output.Write(turn == Turn.Model ? "{\"role\":\"model\",\"parts\":["u8 : "{\"role\":\"user\",\"parts\":["u8);
        _turn = turn;
    }

    /// <summary>Ends the last of them.</summary>
    public void End() => output.Write(_turn == Turn.None ? ""u8 : "]}"u8);
}
