using System.Buffers;
using System.Text;
using Gateway.Ledger;
using Gateway.Ledger.Spooling;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger.Spooling;

public sealed class SpoolRecordTests
{
    [Fact]
    public void Row_is_read_as_it_was_written()
    {
        var full = LedgerEntries.At(LedgerEntries.Begin.AddMicroseconds(1001)) with { Prepaid = true, Reverses = "req_1", Reversal = 2, Note = "too slow" };
        var bare = LedgerEntries.Bare(LedgerEntries.Begin);

        foreach (var entry in (LedgerEntry[])[full, bare])
        {
            SpoolRecord.TryRead(Write(entry), out var row, out _).ShouldBeTrue();
            row!.Entry.ShouldBe(entry);
        }

        // Every field of the full row differs from its default, so that none can be forgotten.
        typeof(LedgerEntry).GetProperties().ShouldAllBe(property => !Equals(property.GetValue(full), property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null)
            || property.Name == nameof(LedgerEntry.Outcome) || property.Name == nameof(LedgerEntry.UsageSource));
    }

    [Fact]
    public void Outcomes_and_sources_survive()
    {
        foreach (var outcome in Enum.GetValues<Core.Streaming.AnswerOutcome>())
        {
            foreach (var source in Enum.GetValues<Core.Streaming.UsageSource>())
            {
                var entry = LedgerEntries.At(LedgerEntries.Begin) with { Outcome = outcome, UsageSource = source };
                SpoolRecord.TryRead(Write(entry), out var row, out _).ShouldBeTrue();
                row!.Entry.ShouldBe(entry);
            }
        }
    }

    [Fact]
    public void Record_is_one_line_whatever_a_client_wrote()
    {
        var record = Write(LedgerEntries.At(LedgerEntries.Begin) with { EndUser = "a\nb\r\0\u2028\ud800\U0001F600", Tags = "\n1 00000000 00000000 \n" });

        record.Count(one => one == '\n').ShouldBe(1);
        var text = Encoding.UTF8.GetString(record);
        text.ShouldMatch("^1 [0-9a-f]{8} [0-9a-f]{8} {.*}\n$");
        text[20..].ShouldStartWith("{\"request_id\":\"req_");
        SpoolRecord.TryRead(record, out var row, out _).ShouldBeTrue();
        row!.Entry.EndUser.ShouldBe("a\nb\r\ufffd\u2028\ufffd\U0001F600");
    }

    [Fact]
    public void Record_that_is_cut_anywhere_is_not_whole()
    {
        var record = Write(LedgerEntries.At(LedgerEntries.Begin));

        SpoolRecord.Measure(record).ShouldBe(record.Length);
        SpoolRecord.Measure([.. record, .. "anything"u8]).ShouldBe(record.Length);
        for (var length = 0; length < record.Length; length++)
        {
            SpoolRecord.Measure(record.AsSpan(0, length)).ShouldBe(-1);
        }
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        var record = Write(LedgerEntries.At(LedgerEntries.Begin));

        // More behind it, for a length that has grown.
        byte[] bytes = [.. record, .. record, .. record];
        for (var at = 0; at < record.Length - 1; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                bytes[at] ^= (byte)(1 << bit);
                SpoolRecord.Measure(bytes).ShouldBeLessThanOrEqualTo(0, $"byte {at}, bit {bit}");
                bytes[at] ^= (byte)(1 << bit);
            }
        }

        // But for that of the line feed, which holds nothing.
        bytes[record.Length - 1] ^= 1;
        SpoolRecord.Measure(bytes).ShouldBe(record.Length);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{\"request_id\":")]
    public void Record_that_is_no_row_is_whole_and_not_readable(string json)
    {
        var record = Frame('1', json);

        SpoolRecord.Measure(record).ShouldBe(record.Length);
        SpoolRecord.TryRead(record, out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNull();
    }

    [Fact]
    public void Later_version_is_whole_and_says_which_it_is()
    {
        var record = Frame('2', "{\"row\":{}}");

        SpoolRecord.Measure(record).ShouldBe(record.Length);
        SpoolRecord.TryRead(record, out _, out var problem).ShouldBeFalse();
        problem!.Message.ShouldContain("version 2");
    }

    [Fact]
    public void Field_of_a_later_gateway_that_may_be_left_out_is()
    {
        var entry = LedgerEntries.Bare(LedgerEntries.Begin);
        var json = Encoding.UTF8.GetString(Write(entry))[20..^2] + ",\"mood\":{\"good\":[1,2]}}";

        SpoolRecord.TryRead(Frame('1', json), out var row, out _).ShouldBeTrue();
        row!.Entry.ShouldBe(entry);
    }

    [Fact]
    public void Row_that_is_longer_than_a_record_may_be_is_refused()
    {
        var output = new ArrayBufferWriter<byte>();

        Should.Throw<InvalidDataException>(() => SpoolRecord.Write(new PendingRow(LedgerEntries.Bare(LedgerEntries.Begin) with { Price = new string('p', SpoolRecord.MaxBytes) }), output));

        output.WrittenCount.ShouldBe(0);
    }

    internal static byte[] Write(LedgerEntry entry)
    {
        var output = new ArrayBufferWriter<byte>();
        SpoolRecord.Write(new PendingRow(entry), output);
        return output.WrittenSpan.ToArray();
    }

    // CRC-32C bit by bit, as RFC 3720 describes it: not the code that is tested.
    private static byte[] Frame(char version, string json)
    {
        var payload = Encoding.UTF8.GetBytes(json);
        var head = Encoding.ASCII.GetBytes($"{version} {payload.Length:x8} ");
        var sum = uint.MaxValue;
        foreach (var one in (byte[])[.. head, .. payload])
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0x82f63b78;
            }
        }

        return [.. head, .. Encoding.ASCII.GetBytes($"{~sum:x8} "), .. payload, (byte)'\n'];
    }
}
