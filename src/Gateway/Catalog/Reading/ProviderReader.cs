using Gateway.Catalog.Document;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Models;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>providers</c>. Their values are never quoted in a problem, save the dialect and an address that can hold no secret.</summary>
internal sealed class ProviderReader(Func<string, string?> environment)
{
    private const int MostKeys = 100;

    public Dictionary<string, Provider> Served { get; } = new(StringComparer.Ordinal);

    /// <summary>Those that cannot be spoken to at all, and why.</summary>
    public Dictionary<string, string> Unserved { get; } = new(StringComparer.Ordinal);

    /// <summary>Every name of the file, even one whose section has a problem: a deployment that names it is not wrong for that.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The provider that composition put behind those of the file, or null.</summary>
    public Provider? Overlay { get; private set; }

    public void Read(Place place, Dictionary<string, ProviderSection>? sections)
    {
        if (sections is null)
        {
            place.Refuse("is missing; write { \"openai\": { \"dialect\": \"openai\", \"base_url\": \"https://api.openai.com/v1\", \"api_key\": \"${OPENAI_API_KEY}\" } }");
        }

        foreach (var (name, section) in sections ?? [])
        {
            CatalogName.Check(place[name], name);
            Names.Add(name);
            Read(place[name], name, section);
        }
    }

    public void Lay(CatalogOverlay? overlay)
    {
        if (overlay is not null && !Names.Contains(overlay.ProviderName))
        {
            Overlay = new Provider { Name = overlay.ProviderName, Dialect = OpenAiDialect.Instance, BaseUrl = overlay.BaseUrl };
            Served[Overlay.Name] = Overlay;
        }
    }

    private void Read(Place place, string name, ProviderSection section)
    {
        var missing = new List<string>();
        place["dialect"].RequiredText(section.Dialect, "openai");
        var dialect = place["dialect"].Choice<IDialect?>(section.Dialect, null, [.. Dialect.All.Select(known => (known.Name, (IDialect?)known))]);
        var address = Address(place["base_url"], section.BaseUrl, missing);
        var keys = Keys(place, section, missing);
        var apiVersion = Expand(place["api_version"], section.ApiVersion, missing);
        if (section.ApiVersion is not null && section.Dialect is not (null or "azure"))
        {
            place["api_version"].Refuse("is for the dialect \"azure\" alone; remove it");
        }

        var unset = missing.Count == 0 ? null : $"not set in the environment: {string.Join(", ", missing.Distinct(StringComparer.Ordinal))}";
        if (address is null)
        {
            Unserved[name] = unset ?? "its address is not known";
        }
        else if (dialect is not null)
        {
            Served[name] = new Provider
            {
                Name = name,
                Dialect = dialect,
                BaseUrl = address,
                ApiKey = keys is [var first, ..] ? first : default,
                MoreApiKeys = [.. keys.Skip(1)],
                ApiVersion = apiVersion,
                Unavailable = unset,
            };
        }
    }

    /// <summary>Its keys, each once. Of several, those whose variables are set suffice.</summary>
    private List<Secret> Keys(Place place, ProviderSection section, List<string> missing)
    {
        var several = section.ApiKeys ?? [];
        if (section.ApiKeys is { Length: 0 })
        {
            place["api_keys"].Refuse("is empty; write at least one key such as \"${OPENAI_API_KEY}\", or leave it out");
        }

        if (several.Length > MostKeys)
        {
            place["api_keys"].Refuse($"has {several.Length} keys; write {MostKeys} at most");
        }

        var unset = new List<string>();
        var values = new List<string>();
        Add(Expand(place["api_key"], section.ApiKey, unset));
        for (var i = 0; i < several.Length; i++)
        {
            Add(Expand(place["api_keys"][i], several[i], unset));
        }

        if (values.Count == 0)
        {
            missing.AddRange(unset);
        }

        return [.. values.Select(value => new Secret(value))];

        void Add(string? value)
        {
            if (value is not null && !values.Contains(value, StringComparer.Ordinal))
            {
                values.Add(value);
            }
        }
    }

    private Uri? Address(Place place, string? written, List<string> missing)
    {
        if (written is null)
        {
            place.Refuse("is missing; write the address under which the provider's API lies, such as \"https://api.openai.com/v1\"");
            return null;
        }

        if (Expand(place, written, missing) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            && address is { Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" }
            && !text.AsSpan().ContainsAny('?', '#', '@'))
        {
            return new Uri(address.AbsoluteUri.TrimEnd('/'));
        }

        // Whoever puts a password or a token into an address does it before an @ or after a ?.
        var shown = written.AsSpan().ContainsAny('@', '?', '#') ? "this" : $"\"{written}\"";
        place.Refuse($"{shown} is no address to send to; write an absolute http or https address without user, query or fragment, such as \"https://api.openai.com/v1\"");
        return null;
    }

    // The value with its variables put in; null where it is absent, refused, or a variable is missing.
    private string? Expand(Place place, string? written, List<string> missing)
    {
        if (written is null)
        {
            return null;
        }

        var text = EnvironmentText.Expand(written, environment);
        missing.AddRange(text.Missing);
        if (text.IsMalformed)
        {
            place.Refuse("holds a \"${\" that names no variable; write ${NAME}, with letters, digits and underscores");
        }
        else if (text.Value is { } value && (value.Length == 0 || value.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            place.Refuse(value.Length == 0
                ? "is empty; write its value or ${NAME}, or leave it out"
                : "holds a character that cannot be sent (a space, a line break, or one outside ASCII); check the value, or the variable that it names");
            return null;
        }

        return text.Value;
    }
}
