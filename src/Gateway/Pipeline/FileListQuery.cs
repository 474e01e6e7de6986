using System.Globalization;
using Gateway.Core.Errors;
using Gateway.Files;

namespace Gateway.Pipeline;

/// <summary>Reads <c>after</c>, <c>limit</c>, <c>order</c> and <c>purpose</c> of a list's URL. Other parameters are passed over, as OpenAI does.</summary>
internal static class FileListQuery
{
    public static Outcome<FileQuery> Read(IQueryCollection query)
    {
        foreach (var name in (ReadOnlySpan<string>)["after", "limit", "order", "purpose"])
        {
            if (query[name].Count > 1)
            {
                return GatewayError.DuplicateKey(name);
            }
        }

        var limit = FileQuery.MaxLimit;
        if (Text(query, "limit") is { } number
            && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > FileQuery.MaxLimit))
        {
            return GatewayError.InvalidValue("limit", $"it must be a whole number from 1 to {FileQuery.MaxLimit}.");
        }

        var after = Text(query, "after");
        if (after is not null && !FileId.IsWellFormed(after))
        {
            return GatewayError.InvalidValue("after", "it must be the id of a file.");
        }

        var order = Text(query, "order") ?? "desc";
        if (order is not ("asc" or "desc"))
        {
            return GatewayError.InvalidValue("order", "it must be 'asc' or 'desc'.");
        }

        FilePurpose? purpose = null;
        if (Text(query, FileUploadForm.Purpose) is { } word && !FilePurposeText.TryRead(word, out purpose))
        {
            return FileUploadForm.UnknownPurpose(word);
        }

        return new FileQuery(after, limit, order == "desc", purpose);
    }

    private static string? Text(IQueryCollection query, string name) => query[name] is [{ Length: > 0 } text] ? text : null;
}
