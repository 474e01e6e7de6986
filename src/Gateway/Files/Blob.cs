using Gateway.Core.Callers;

namespace Gateway.Files;

/// <summary>Stored bytes.</summary>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Id">As <see cref="BlobId"/> makes it: names these bytes in this store, and nothing else ever.</param>
/// <param name="Sha256">Their hash, in 64 lower hexadecimal digits.</param>
/// <param name="Bytes">How many, 0 or more.</param>
internal sealed record Blob(TenantId Tenant, string Id, string Sha256, long Bytes);
