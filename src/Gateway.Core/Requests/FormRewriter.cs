using System.Text;
using System.Text.Json;

namespace Gateway.Core.Requests;

/// <summary>
/// Makes the form that a deployment receives: the client's bytes, with the upstream model's name as the content of its part, without the parts that the model
/// card drops, and with its defaults as parts behind the last one.
/// </summary>
public static class FormRewriter
{
    private const string Model = "model";

    public static SplicedBody Write(FormBody form, RequestPlan plan, string upstreamModel)
    {
        var segments = new List<BodySegment>();
        long at = 0;
        long end = 0;
        foreach (var part in form.Parts)
        {
            var behind = part.Offset + part.Length;
            if (part.Name == Model)
            {
                segments.Add(form.Segment(at, part.Offset - at));
                segments.Add(new BodySegment(Encoding.UTF8.GetBytes(upstreamModel), null));
                at = behind;
            }
            else if (!part.IsFile && plan.Policy.Drop.Contains(part.Name))
            {
                // From the end of the one before, its boundary and its headers with it.
                segments.Add(form.Segment(at, end - at));
                at = behind;
            }

            end = behind;
        }

        segments.Add(form.Segment(at, end - at));
        foreach (var parameter in plan.Policy.Defaults)
        {
            if (!form.Parts.Any(part => part.Name == parameter.Name))
            {
                segments.Add(new BodySegment(Part(form.Boundary, parameter.Name, parameter.Json.AsSpan()), null));
            }
        }

        segments.Add(form.Segment(end, form.Length - end));
        return SplicedBody.Of(segments);
    }

    private static byte[] Part(string boundary, string name, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : Encoding.UTF8.GetString(json);
        return Encoding.UTF8.GetBytes($"\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}");
    }
}
