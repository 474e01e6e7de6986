namespace Gateway.Simulator.Answers;

/// <summary>The tokens of an answer: the words of a sentence, or as many made-up words as wanted.</summary>
internal readonly struct AnswerText(string? sentence, int count)
{
    private static readonly string[] Words =
        ["The", " picture", " shows", " a", " quiet", " harbour", " at", " dawn,", " with", " boats", " moored", " along", " the", " quay.", " Then"];

    /// <summary>How many tokens are sent.</summary>
    public int Count => count;

    public static int CountWords(string sentence) => sentence.Length == 0 ? 0 : 1 + sentence.AsSpan(1).Count(' ');

    public Enumerator GetEnumerator() => new(sentence, count);

    public struct Enumerator(string? sentence, int count)
    {
        private int _index = -1;
        private int _start;
        private int _end;

        public readonly ReadOnlySpan<char> Current =>
            sentence is null ? Words[_index % Words.Length] : sentence.AsSpan(_start, _end - _start);

        public bool MoveNext()
        {
            if (++_index >= count)
            {
                return false;
            }

            if (sentence is not null)
            {
                // A word carries the space before it, as tokens do.
                _start = _end;
                var space = sentence.IndexOf(' ', _start + 1);
                _end = space < 0 ? sentence.Length : space;
            }

            return true;
        }
    }
}
