using System.Text;
using Gateway.Core.Requests;
using Gateway.Forwarding;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding;

public sealed class SplicedBodyStreamTests
{
    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Memory_and_stored_pictures_come_in_order_whatever_the_size_of_a_read(int size)
    {
        var opened = new List<TrackedStream>();
        await using var stream = new SplicedBodyStream(Body(opened, "first"u8.ToArray(), "second"u8.ToArray()));
        var text = new StringBuilder();
        var buffer = new byte[size];

        for (int read; (read = await stream.ReadAsync(buffer, Timeout)) > 0;)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        text.ToString().ShouldBe("ab[first]cd[second]ef");
        stream.Length.ShouldBe(text.Length);
        stream.IsConsumed.ShouldBeTrue();
        opened.Count.ShouldBe(2);
        opened.ShouldAllBe(picture => picture.IsDisposed);
    }

    [Fact]
    public async Task Picture_shorter_than_it_was_fails_the_request_instead_of_sending_less()
    {
        var opened = new List<TrackedStream>();
        await using var stream = new SplicedBodyStream(SplicedBody.From("ab"u8.ToArray(), [new Splice(1, 0, default) { Stream = Insert(opened, "xy"u8.ToArray(), 3) }]));

        await Should.ThrowAsync<IOException>(async () =>
        {
            var buffer = new byte[100];
            while (await stream.ReadAsync(buffer, Timeout) > 0)
            {
            }
        });

        stream.IsConsumed.ShouldBeFalse();
    }

    [Fact]
    public async Task Picture_longer_than_it_was_is_cut_at_the_length_that_was_announced()
    {
        await using var stream = new SplicedBodyStream(SplicedBody.From("ab"u8.ToArray(), [new Splice(1, 0, default) { Stream = Insert([], "xyz"u8.ToArray(), 2) }]));
        using var all = new MemoryStream();

        await stream.CopyToAsync(all, Timeout);

        Encoding.ASCII.GetString(all.ToArray()).ShouldBe("axyb");
    }

    [Fact]
    public async Task Closed_in_mid_picture_it_gives_the_picture_back_and_reads_no_more()
    {
        var opened = new List<TrackedStream>();
        var stream = new SplicedBodyStream(Body(opened, "first"u8.ToArray(), "second"u8.ToArray()));
        var buffer = new byte[4];
        (await stream.ReadAsync(buffer, Timeout)).ShouldBe(3);
        (await stream.ReadAsync(buffer, Timeout)).ShouldBe(4);

        stream.Close(onlyIfConsumed: true, out var closed);
        closed.ShouldBeFalse();
        stream.Close(onlyIfConsumed: false, out closed);

        closed.ShouldBeTrue();
        opened.ShouldHaveSingleItem().IsDisposed.ShouldBeTrue();
        await Should.ThrowAsync<IOException>(async () => (await stream.ReadAsync(buffer, Timeout)).ShouldBe(0));
    }

    [Fact]
    public async Task Closed_while_a_picture_is_being_read_it_waits_for_that_read_before_giving_it_back()
    {
        var gate = new TaskCompletionSource();
        var opened = new List<TrackedStream>();
        var stream = new SplicedBodyStream(SplicedBody.From("ab"u8.ToArray(), [new Splice(0, 0, default) { Stream = Insert(opened, "xyz"u8.ToArray(), 3, gate.Task) }]));

        var reading = stream.ReadAsync(new byte[10], Timeout).AsTask();
        stream.Close(onlyIfConsumed: false, out _);
        opened.ShouldHaveSingleItem().IsDisposed.ShouldBeFalse();
        gate.SetResult();
        await reading;

        opened[0].IsDisposed.ShouldBeTrue();
    }

    private static SplicedBody Body(List<TrackedStream> opened, byte[] first, byte[] second) => SplicedBody.From(
        "abXXcdef"u8.ToArray(),
        [
            new Splice(6, 0, "["u8.ToArray()) { Stream = Insert(opened, second, second.Length) },
            new Splice(6, 0, "]"u8.ToArray()),
            new Splice(2, 2, "]"u8.ToArray()),
            new Splice(2, 0, "["u8.ToArray()) { Stream = Insert(opened, first, first.Length) },
        ]);

    private static StreamedInsert Insert(List<TrackedStream> opened, byte[] bytes, long length, Task? gate = null) => new(
        length,
        _ =>
        {
            var stream = new TrackedStream(bytes, gate);
            opened.Add(stream);
            return new ValueTask<Stream>(stream);
        });

    private sealed class TrackedStream(byte[] bytes, Task? gate) : MemoryStream(bytes)
    {
        public bool IsDisposed { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (gate is not null)
            {
                await gate;
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
