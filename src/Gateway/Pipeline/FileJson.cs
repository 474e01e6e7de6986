using System.Text.Json;
using Gateway.Files;

namespace Gateway.Pipeline;

/// <summary>Writes files as OpenAI's objects.</summary>
internal static class FileJson
{
    public static void WriteFile(Utf8JsonWriter json, StoredFile file)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, file.Id);
        json.WriteString("object"u8, "file"u8);
        json.WriteNumber("bytes"u8, file.Bytes);
        json.WriteNumber("created_at"u8, file.CreatedAt.ToUnixTimeSeconds());
        if (file.ExpiresAt is { } expiry)
        {
            json.WriteNumber("expires_at"u8, expiry.ToUnixTimeSeconds());
        }

        json.WriteString("filename"u8, file.Filename);
        json.WriteString("purpose"u8, FilePurposeText.Of(file.Purpose));
        json.WriteString("status"u8, "processed"u8);
        json.WriteEndObject();
    }

    public static void WriteDeleted(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "file"u8);
        json.WriteBoolean("deleted"u8, true);
        json.WriteEndObject();
    }

    /// <summary>Calls <paramref name="flush"/> now and then: ten thousand files are megabytes.</summary>
    public static async Task WriteListAsync(Utf8JsonWriter json, FilePage page, Func<Task> flush)
    {
        const int FlushAt = 32 * 1024;
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var file in page.Files)
        {
            WriteFile(json, file);
            if (json.BytesPending > FlushAt)
            {
                await flush();
            }
        }

        json.WriteEndArray();
        json.WriteString("first_id"u8, page.Files is [var first, ..] ? first.Id : null);
        json.WriteString("last_id"u8, page.Files is [.., var last] ? last.Id : null);
        json.WriteBoolean("has_more"u8, page.HasMore);
        json.WriteEndObject();
        await flush();
    }
}
