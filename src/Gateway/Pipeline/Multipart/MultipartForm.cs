using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Requests;

namespace Gateway.Pipeline.Multipart;

/// <summary>A multipart body, received and kept.</summary>
/// <param name="Body">All its bytes.</param>
/// <param name="Form">What it is made of.</param>
internal sealed record MultipartForm(UploadedBody Body, FormBody Form) : IDisposable
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>
    /// What tells it from another: its parts' names and contents. Not its bytes, since clients make up another boundary each time they send the same.
    /// </summary>
    public byte[] Identity()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[PieceBytes];
        foreach (var part in Form.Parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Name.Length}:{part.Name}:{part.IsFile}:{part.Length}:"));
            for (long at = 0; at < part.Length;)
            {
                var read = Body.Read(part.Offset + at, piece.AsSpan(0, (int)Math.Min(piece.Length, part.Length - at)));
                if (read == 0)
                {
                    throw new IOException("A kept body ended before its length.");
                }

                hash.AppendData(piece.AsSpan(0, read));
                at += read;
            }
        }

        return hash.GetHashAndReset();
    }

    public void Dispose() => Body.Dispose();
}
