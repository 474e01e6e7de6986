using Gateway.Core.Audio;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Audio;

public sealed class AudioProbeTests
{
    [Theory]
    [InlineData(16_000, 1, 16, 32_000, 1)]
    [InlineData(16_000, 1, 16, 32_001, 2)]
    [InlineData(44_100, 2, 16, 44_100 * 4 * 3, 3)]
    [InlineData(8_000, 1, 8, 4_000, 1)]
    public void Wav_is_as_long_as_its_data(int rate, short channels, short bits, int bytes, long seconds) =>
        AudioBytes.Measure(AudioBytes.Wav(rate, channels, bits, bytes)).ShouldBe(new AudioLength(AudioFormat.Wav, seconds, IsMeasured: true));

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    public void Wav_whose_writer_could_not_go_back_is_as_long_as_its_file(uint claimed) =>
        AudioBytes.Measure(AudioBytes.Wav(16_000, 1, 16, 160_000, claimed)).Seconds.ShouldBe(5);

    [Fact]
    public void Wav_may_have_other_chunks_first() =>
        AudioBytes.Measure(AudioBytes.Wav(16_000, 1, 16, 64_000, before: [.. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0])).Seconds.ShouldBe(2);

    [Fact]
    public void Mp3_of_one_bit_rate_is_as_long_as_its_bytes() => // 400 frames of 1152 samples at 44.1 kHz: 10.45 s.
        AudioBytes.Measure(AudioBytes.Mp3(400)).ShouldBe(new AudioLength(AudioFormat.Mp3, 11, IsMeasured: true));

    [Fact]
    public void Mp3_may_have_a_tag_first() =>
        AudioBytes.Measure(AudioBytes.Mp3(400, AudioBytes.Id3(20_000))).ShouldBe(new AudioLength(AudioFormat.Mp3, 11, IsMeasured: true));

    [Fact]
    public void Mp3_that_counts_its_frames_is_believed() =>
        AudioBytes.Measure(AudioBytes.Mp3(100, counted: 1000)).Seconds.ShouldBe(27); // 26.1 s

    [Fact]
    public void Mp3_that_counts_fewer_frames_than_it_can_have_is_not_believed() => // 166,800 bytes are 4.17 s at 320 kbit/s.
        AudioBytes.Measure(AudioBytes.Mp3(400, counted: 1)).Seconds.ShouldBe(5);

    [Fact]
    public void Flac_is_as_long_as_its_samples() =>
        AudioBytes.Measure(AudioBytes.Flac(48_000, 2, 16, 48_000 * 90, 100_000)).ShouldBe(new AudioLength(AudioFormat.Flac, 90, IsMeasured: true));

    [Fact]
    public void Flac_that_does_not_count_its_samples_is_as_long_as_it_can_be() =>
        AudioBytes.Measure(AudioBytes.Flac(48_000, 2, 16, 0, 7458)).ShouldBe(new AudioLength(AudioFormat.Flac, 10, IsMeasured: false));

    [Fact]
    public void Opus_ends_where_its_last_page_says() =>
        AudioBytes.Measure(AudioBytes.Opus((48_000 * 61) + 312, skipped: 312, bytes: 200)).ShouldBe(new AudioLength(AudioFormat.Ogg, 61, IsMeasured: true));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mp4_is_as_long_as_its_index_says_wherever_that_lies(bool indexLast) =>
        AudioBytes.Measure(AudioBytes.Mp4(1000, 125_400, indexLast)).ShouldBe(new AudioLength(AudioFormat.Mp4, 126, IsMeasured: true));

    [Fact]
    public void Mp4_of_unknown_duration_is_as_long_as_it_can_be() => AudioBytes.Measure(AudioBytes.Mp4(1000, uint.MaxValue)).IsMeasured.ShouldBeFalse();

    [Fact]
    public void WebM_is_as_long_as_it_says() =>
        AudioBytes.Measure(AudioBytes.WebM(61_500.5)).ShouldBe(new AudioLength(AudioFormat.WebM, 62, IsMeasured: true));

    [Fact]
    public void WebM_of_a_browser_is_as_long_as_its_last_block() => // A cluster at 5,000 ms with a block 1,200 ms behind.
        AudioBytes.Measure(AudioBytes.WebM(null, lastBlock: 1200)).ShouldBe(new AudioLength(AudioFormat.WebM, 7, IsMeasured: true));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(750, 1)]
    [InlineData(751, 2)]
    public void Anything_else_is_as_long_as_it_can_be_at_six_kilobits(int bytes, long seconds) =>
        AudioBytes.Measure(new byte[bytes]).ShouldBe(new AudioLength(AudioFormat.Unknown, seconds, IsMeasured: false));

    [Fact]
    public void No_damage_makes_it_throw_or_read_on_for_ever()
    {
        byte[][] files =
        [
            AudioBytes.Wav(16_000, 1, 16, 2000), AudioBytes.Mp3(20, AudioBytes.Id3(100), counted: 20), AudioBytes.Flac(48_000, 2, 16, 480_000, 500), AudioBytes.Opus(480_000, 312, 200),
            AudioBytes.Mp4(1000, 5000), AudioBytes.Mp4(1000, 5000, indexLast: true), AudioBytes.WebM(5000), AudioBytes.WebM(null, 500),
        ];
        var random = new Random(20261121);
        foreach (var file in files)
        {
            for (var round = 0; round < 2000; round++)
            {
                var damaged = file[..random.Next(1, file.Length + 1)];
                for (var hits = random.Next(6); hits > 0; hits--)
                {
                    damaged[random.Next(Math.Min(damaged.Length, 200))] = (byte)random.Next(256);
                }

                var length = AudioBytes.Measure(damaged);
                length.Seconds.ShouldBeGreaterThan(0);
                (length.Seconds <= AudioProbe.MostSeconds || !length.IsMeasured).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Hostile_headers_are_read_up_to_a_megabyte_and_no_further()
    {
        // A gigabyte that is a WAV of a million small chunks.
        long read = 0;
        var file = new AudioFile(1L << 30, (offset, into) =>
        {
            read += into.Length;
            for (var i = 0; i < into.Length; i++)
            {
                into[i] = (offset + i) switch { < 4 => "RIFF"u8[(int)(offset + i)], >= 8 and < 12 => "WAVE"u8[(int)(offset + i) - 8], _ => 0 };
            }

            return into.Length;
        });

        AudioProbe.Measure(file).IsMeasured.ShouldBeFalse();

        read.ShouldBeLessThanOrEqualTo(AudioFile.MostBytes);
    }
}
