using System.Data.Common;

namespace Gateway.Storage;

/// <summary>
/// The sequence of changes that every node reads to learn what others wrote. The counter's row stays locked until the writer commits,
/// so sequence numbers become visible in order and none is skipped by a reader that goes from the last one it saw.
/// </summary>
/// <param name="database">Where it is kept.</param>
/// <param name="time">When changes are made.</param>
/// <param name="bell">Tells other nodes at once; null without Redis.</param>
internal sealed class ChangeLog(Database database, TimeProvider time, ChangeBell? bell = null)
{
    private const string Advance = "update change_counter set last = last + 1 where id = 1";
    private const string Insert = "insert into changes (sequence, kind, subject_id, at) select last, @kind, @subject, @at from change_counter";
    private const string SelectLast = "select last from change_counter";
    private const string SelectAfter = "select sequence, kind, subject_id from changes where sequence > @after order by sequence limit 10000";

    /// <summary>To be called inside the transaction that makes the change.</summary>
    public async Task AppendAsync(SqlSession session, ChangeKind kind, string subjectId, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(Advance, [], cancellationToken);
        await session.ExecuteAsync(Insert, [new("@kind", ToText(kind)), new("@subject", subjectId), new("@at", UnixMicroseconds.From(time.GetUtcNow()))], cancellationToken);
    }

    /// <summary>To be called behind that transaction: nodes that hear of it look at once.</summary>
    public Task TellAsync() => bell?.RingAsync() ?? Task.CompletedTask;

    public async Task<long> LastAsync(CancellationToken cancellationToken) =>
        (await database.ListAsync(SelectLast, row => row.GetInt64(0), [], cancellationToken))[0];

    /// <summary>What came after <paramref name="sequence"/>, in order.</summary>
    public Task<List<Change>> AfterAsync(long sequence, CancellationToken cancellationToken) =>
        database.ListAsync(SelectAfter, Read, [new("@after", sequence)], cancellationToken);

    private static Change Read(DbDataReader row) =>
        new(row.GetInt64(0), string.Equals(row.GetString(1), "tenant", StringComparison.Ordinal) ? ChangeKind.Tenant : ChangeKind.Key, row.GetString(2));

    private static string ToText(ChangeKind kind) => kind == ChangeKind.Tenant ? "tenant" : "key";
}
