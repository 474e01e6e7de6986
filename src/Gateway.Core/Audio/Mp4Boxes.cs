using System.Buffers.Binary;

namespace Gateway.Core.Audio;

/// <summary>
/// ISO base media (ISO 14496-12): the longest duration that the movie, its fragments' header or one of its tracks states. The boxes may come in any order,
/// the large ones are leapt over.
/// </summary>
internal static class Mp4Boxes
{
    private const int MostBoxes = 128;
    private const int DurationBox = 32;

    public static long? Seconds(AudioFile file)
    {
        var walk = new Walk(file);
        walk.Enter(0, file.Length);
        return walk.Seconds;
    }

    private ref struct Walk(AudioFile file)
    {
        private int _boxes;
        private long _timescale;

        public long? Seconds { get; private set; }

        /// <summary>Looks through the boxes between two offsets.</summary>
        public void Enter(long at, long end)
        {
            Span<byte> header = stackalloc byte[16];
            while (_boxes++ < MostBoxes && at < end && file.TryRead(at, header[..8]))
            {
                long size = BinaryPrimitives.ReadUInt32BigEndian(header);
                var head = 8;
                if (size == 1)
                {
                    if (!file.TryRead(at, header))
                    {
                        return;
                    }

                    size = (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(header[8..]), long.MaxValue / 2);
                    head = 16;
                }

                // 0: up to the end.
                var next = size == 0 ? end : at + size;
                if (next < at + head || next > end)
                {
                    next = end;
                }

                var type = header.Slice(4, 4);
                if (type.SequenceEqual("moov"u8) || type.SequenceEqual("trak"u8) || type.SequenceEqual("mdia"u8) || type.SequenceEqual("mvex"u8))
                {
                    Enter(at + head, next);
                }
                else if (type.SequenceEqual("mvhd"u8) || type.SequenceEqual("mdhd"u8))
                {
                    ReadHeader(at + head, isMovie: type[1] == 'v');
                }
                else if (type.SequenceEqual("mehd"u8))
                {
                    ReadFragments(at + head);
                }

                at = next;
            }
        }

        // Version and flags, times of making and changing, the time scale, the duration.
        private void ReadHeader(long at, bool isMovie)
        {
            Span<byte> box = stackalloc byte[DurationBox];
            if (!file.TryRead(at, box))
            {
                return;
            }

            var isLong = box[0] == 1;
            long timescale = BinaryPrimitives.ReadUInt32BigEndian(box[(isLong ? 20 : 12)..]);
            Take(isLong ? BinaryPrimitives.ReadInt64BigEndian(box[24..]) : Short(box[16..]), timescale);
            if (isMovie)
            {
                _timescale = timescale;
            }
        }

        private void ReadFragments(long at)
        {
            Span<byte> box = stackalloc byte[12];
            if (file.TryRead(at, box))
            {
                Take(box[0] == 1 ? BinaryPrimitives.ReadInt64BigEndian(box[4..]) : Short(box[4..]), _timescale);
            }
        }

        private void Take(long duration, long timescale)
        {
            if (duration > 0 && timescale > 0)
            {
                Seconds = Math.Max(Seconds ?? 0, AudioProbe.Whole(duration, timescale));
            }
        }

        // All ones say that it is not known.
        private static long Short(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes) is not uint.MaxValue and var duration ? duration : 0;
    }
}
