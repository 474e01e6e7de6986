using System.Diagnostics.CodeAnalysis;

namespace Gateway.Simulator.Behaviors;

/// <summary>
/// What the simulator does with one request. A property that is null is left to the layer beneath, so that the layers
/// (options, model name, message text, script) can be laid over each other; see <see cref="Over"/>.
/// </summary>
public sealed record Behavior
{
    /// <summary>Changes nothing: an ordinary answer, unless a layer beneath says otherwise.</summary>
    public static Behavior Normal { get; } = new();

    // How the answer begins.

    /// <summary>Status of an error answer. 200 takes back an error of a layer beneath.</summary>
    public int? Status { get; init; }

    /// <summary>The error's code (Anthropic's type, Google's status), where it is not the usual one of the status.</summary>
    public string? Code { get; init; }

    /// <summary><c>error.message</c>, where it is not the usual one.</summary>
    public string? Message { get; init; }

    /// <summary>The <c>retry-after</c> header of an error, sent as it is.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The <c>retry-after-ms</c> header of an error, sent as it is.</summary>
    public string? RetryAfterMs { get; init; }

    /// <summary>An HTML page in place of a JSON body, with <see cref="Status"/> or else 502.</summary>
    public bool? Html { get; init; }

    /// <summary>The code of an error in the shape <c>{"success":false,"error":{...},"trace_id"}</c>, with <see cref="Status"/> or else 401.</summary>
    public string? ForeignError { get; init; }

    /// <summary>The provider's filter stops the prompt: an error, or in Google's dialect an answer without candidates.</summary>
    public bool? Blocked { get; init; }

    /// <summary>Never answers; ends when the client goes.</summary>
    public bool? Hang { get; init; }

    /// <summary>Resets the connection without an answer.</summary>
    public bool? Reset { get; init; }

    /// <summary>Wait before the status line.</summary>
    public TimeSpan? FirstByte { get; init; }

    /// <summary>Wait between the headers and the first byte of the body.</summary>
    public TimeSpan? FirstToken { get; init; }

    /// <summary>Wait between two tokens. Above zero every event is flushed by itself; at zero small events share a write.</summary>
    public TimeSpan? Pace { get; init; }

    /// <summary>The answer waits for this task; for callers in the same process.</summary>
    public Task? Hold { get; init; }

    /// <summary>Content chunks sent before the stream waits for <see cref="Hold"/>; null = it waits before the status line.</summary>
    public int? HoldAfter { get; init; }

    // What the answer says.

    /// <summary>The content, one token a word.</summary>
    public string? Text { get; init; }

    /// <summary>The number of tokens that the answer wants to have, before the request's own maximum cuts it.</summary>
    public int? Tokens { get; init; }

    /// <summary>The number of tool calls to answer with, where the request offers tools.</summary>
    public int? ToolCalls { get; init; }

    /// <summary>Refuses to answer with this text; empty = with the usual one. Goes over text and tool calls.</summary>
    public string? Refusal { get; init; }

    /// <summary>Tokens of reasoning before the answer; counted in every dialect, shown where the dialect can show them.</summary>
    public int? Thoughts { get; init; }

    /// <summary>Answers with the dated name of the model.</summary>
    public bool? DatedModel { get; init; }

    /// <summary>The value of <c>object</c>, or of Anthropic's <c>type</c>.</summary>
    public string? ObjectName { get; init; }

    /// <summary>Why the answer ends, in the dialect's own word, sent as it is.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Makes the first token this many bytes long.</summary>
    public int? BigEvent { get; init; }

    /// <summary>Tokens never end.</summary>
    public bool? Endless { get; init; }

    // What the answer reports.

    public UsageReport? Usage { get; init; }

    // These mean the same in each dialect, whatever it calls them and adds up: all of the prompt, all of the answer, and parts of them.

    public long? PromptTokens { get; init; }

    public long? CompletionTokens { get; init; }

    public long? CachedTokens { get; init; }

    public long? CacheWriteTokens { get; init; }

    public long? ReasoningTokens { get; init; }

    /// <summary>The images' part of the prompt. OpenAI's dialect tells it only where it is set here, Anthropic's never.</summary>
    public long? ImageTokens { get; init; }

    // How the answer breaks. Positions count content chunks sent before; beyond the end means at the end.

    /// <summary>Closes the connection after this many content chunks; a JSON answer, in mid body.</summary>
    public int? Cut { get; init; }

    /// <summary>Closes the connection inside a JSON body, or inside an event.</summary>
    public bool? CutBody { get; init; }

    /// <summary>Falls silent after this many content chunks; a JSON answer, in mid body.</summary>
    public int? HangAfter { get; init; }

    /// <summary>Sends an error event after this many content chunks and ends.</summary>
    public int? StreamError { get; init; }

    /// <summary>Sends an event that is no JSON after this many content chunks and goes on.</summary>
    public int? Malformed { get; init; }

    /// <summary>Well-formed HTTP around half a JSON body, or around a stream that ends inside an event.</summary>
    public bool? Truncated { get; init; }

    // What it looks like on the wire.

    /// <summary>Leaves out the event that ends a stream: <c>[DONE]</c>, <c>message_stop</c>, or Google's chunk with the finish reason.</summary>
    public bool? NoDone { get; init; }

    public bool? DoubleFinish { get; init; }

    /// <summary>Comments, blank lines and events without data between the events.</summary>
    public bool? EmptyEvents { get; init; }

    /// <summary>Azure's <c>prompt_filter_results</c>; on a stream in a first chunk without choices. Azure's dialect has them unless this is false.</summary>
    public bool? PromptFilter { get; init; }

    public bool? WrongContentType { get; init; }

    /// <summary>Answers with JSON though a stream was asked for.</summary>
    public bool? IgnoreStream { get; init; }

    public LineEnding? LineEnding { get; init; }

    /// <summary>Writes a stream in pieces of this many bytes, each flushed, without regard to events.</summary>
    public int? Split { get; init; }

    internal bool Fails => (Status ?? 200) != 200 || Html == true || ForeignError is not null;

    private bool DecidesOutcome =>
        Status is not null || Html is not null || ForeignError is not null || Blocked is not null || Hang is not null || Reset is not null;

    /// <summary>An error answer in the shape of the dialect.</summary>
    public static Behavior Error(int status, string? code = null, string? retryAfter = null) =>
        new() { Status = status, Code = code, RetryAfter = retryAfter };

    /// <summary>Holds the answer back until <paramref name="release"/> completes; on a stream after <paramref name="after"/> content chunks.</summary>
    public static Behavior Held(Task release, int? after = null) => new() { Hold = release, HoldAfter = after };

    /// <summary>Reads directives, such as <c>status=429;retry_after=1</c>.</summary>
    /// <exception cref="FormatException">A directive is unknown or its value unusable.</exception>
    public static Behavior Parse(string directives) =>
        TryParse(directives, out var behavior, out var complaint) ? behavior : throw new FormatException(complaint);

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(
        string directives, [NotNullWhen(true)] out Behavior? behavior, [NotNullWhen(false)] out string? complaint) =>
        BehaviorDirectives.TryParse(directives, out behavior, out complaint);

    /// <summary>
    /// Lays this behaviour over another. Status, HTML, foreign error, blocked, hang and reset are one choice: the upper layer's
    /// replaces the lower one's whole.
    /// </summary>
    public Behavior Over(Behavior lower)
    {
        if (ReferenceEquals(this, Normal))
        {
            return lower;
        }

        if (ReferenceEquals(lower, Normal))
        {
            return this;
        }

        var outcome = DecidesOutcome ? this : lower;
        return new Behavior
        {
            Status = outcome.Status,
            Html = outcome.Html,
            ForeignError = outcome.ForeignError,
            Blocked = outcome.Blocked,
            Hang = outcome.Hang,
            Reset = outcome.Reset,
            Code = Code ?? outcome.Code,
            Message = Message ?? outcome.Message,
            RetryAfter = RetryAfter ?? outcome.RetryAfter,
            RetryAfterMs = RetryAfterMs ?? outcome.RetryAfterMs,
            FirstByte = FirstByte ?? lower.FirstByte,
            FirstToken = FirstToken ?? lower.FirstToken,
            Pace = Pace ?? lower.Pace,
            Hold = Hold ?? lower.Hold,
            HoldAfter = HoldAfter ?? lower.HoldAfter,
            Text = Text ?? lower.Text,
            Tokens = Tokens ?? lower.Tokens,
            ToolCalls = ToolCalls ?? lower.ToolCalls,
            Refusal = Refusal ?? lower.Refusal,
            Thoughts = Thoughts ?? lower.Thoughts,
            DatedModel = DatedModel ?? lower.DatedModel,
            ObjectName = ObjectName ?? lower.ObjectName,
            FinishReason = FinishReason ?? lower.FinishReason,
            BigEvent = BigEvent ?? lower.BigEvent,
            Endless = Endless ?? lower.Endless,
            Usage = Usage ?? lower.Usage,
            PromptTokens = PromptTokens ?? lower.PromptTokens,
            CompletionTokens = CompletionTokens ?? lower.CompletionTokens,
            CachedTokens = CachedTokens ?? lower.CachedTokens,
            CacheWriteTokens = CacheWriteTokens ?? lower.CacheWriteTokens,
            ReasoningTokens = ReasoningTokens ?? lower.ReasoningTokens,
            ImageTokens = ImageTokens ?? lower.ImageTokens,
            Cut = Cut ?? lower.Cut,
            CutBody = CutBody ?? lower.CutBody,
            HangAfter = HangAfter ?? lower.HangAfter,
            StreamError = StreamError ?? lower.StreamError,
            Malformed = Malformed ?? lower.Malformed,
            Truncated = Truncated ?? lower.Truncated,
            NoDone = NoDone ?? lower.NoDone,
            DoubleFinish = DoubleFinish ?? lower.DoubleFinish,
            EmptyEvents = EmptyEvents ?? lower.EmptyEvents,
            PromptFilter = PromptFilter ?? lower.PromptFilter,
            WrongContentType = WrongContentType ?? lower.WrongContentType,
            IgnoreStream = IgnoreStream ?? lower.IgnoreStream,
            LineEnding = LineEnding ?? lower.LineEnding,
            Split = Split ?? lower.Split,
        };
    }
}
