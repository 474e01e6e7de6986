namespace Gateway.Storage;

/// <summary>What a row of the change sequence is about.</summary>
internal enum ChangeKind
{
    Tenant,
    Key,
}
