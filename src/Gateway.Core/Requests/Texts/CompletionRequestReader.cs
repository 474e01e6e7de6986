using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests.Texts;

/// <summary>The body of <c>/v1/completions</c>.</summary>
internal sealed class CompletionRequestReader(ReadOnlyMemory<byte> body) : JsonBodyReader(body)
{
    private const int MostPrompts = 2048;
    private const int MostAnswers = 128;

    // As OpenAI documents it.
    private const long UsualCompletion = 16;

    private static readonly string[] Keys = ["prompt", "max_tokens", "n", "best_of", "echo"];

    private readonly ReadOnlyMemory<byte> _body = body;
    private readonly TextInput _prompt = new("prompt", MostPrompts, allowsEmpty: true);
    private long? _maxTokens;
    private long? _n;
    private long? _bestOf;
    private bool _echo;

    protected override ReadOnlySpan<string> OwnKeys => Keys;

    protected override string Least => "'model' and 'prompt'";

    protected override bool Streams => true;

    private int Answers => (int)(_n ?? 1);

    public CompletionRequest Build() => new()
    {
        Model = Model!, // Judge refuses a body without one.
        Stream = Stream,
        StreamOptions = StreamOptions,
        MaxTokens = _maxTokens,
        DefaultCompletion = UsualCompletion,

        // Those that are made to find the best are paid for too.
        N = (int)Math.Max(Answers, _bestOf ?? 1) * Math.Max(1, _prompt.Given.Count),
        AnswersEach = Answers,
        Echoed = _echo ? EchoedPrompt.LengthsOf(_body.Span, _prompt.Given) : null,
        Text = _prompt.Text,

        // Without a prompt the model begins a document, which takes a token.
        GivenTokens = _prompt.Given.Count == 0 ? 1 : _prompt.Tokens,
        EndUser = EndUser,
        Tags = Tags,
        Parameters = Parameters,
        BodyStart = BodyStart,
    };

    protected override GatewayError? ReadOwn(string key, ref Utf8JsonReader reader) => key switch
    {
        "prompt" => reader.TokenType == JsonTokenType.Null ? null : _prompt.Read(ref reader),
        "max_tokens" => RequestValue.Number(ref reader, "max_tokens", 0, long.MaxValue >> 32, out _maxTokens),
        "n" => RequestValue.Number(ref reader, "n", 1, MostAnswers, out _n),
        "best_of" => RequestValue.Number(ref reader, "best_of", 1, MostAnswers, out _bestOf),
        _ => RequestValue.Flag(ref reader, "echo", out _echo),
    };

    protected override GatewayError? Judge() =>
        !Has("model") ? GatewayError.MissingParameter("model")
        : !Has("prompt") ? GatewayError.MissingParameter("prompt")
        : _bestOf < Answers ? GatewayError.InvalidValue("best_of", $"expected n ({Answers}) or more, but got {_bestOf}.")
        : null;
}
