namespace Gateway.Storage;

/// <summary>Something was written about <paramref name="SubjectId"/>: what is remembered of it is out of date.</summary>
internal readonly record struct Change(long Sequence, ChangeKind Kind, string SubjectId);
