using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Azure;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Dialects.OpenAi;

namespace Gateway.Core.Dialects;

/// <summary>The dialects by name.</summary>
public static class Dialect
{
    public static readonly ImmutableArray<IDialect> All = [OpenAiDialect.Instance, AzureDialect.Instance, AnthropicDialect.Instance, GeminiDialect.Instance];

    public static bool TryGet(string name, [NotNullWhen(true)] out IDialect? dialect)
    {
        dialect = All.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.Ordinal));
        return dialect is not null;
    }
}
