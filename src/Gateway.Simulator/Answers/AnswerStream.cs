using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Answers;

/// <summary>A streamed answer: what all dialects share of the places where it goes wrong between two events.</summary>
internal abstract class AnswerStream(HttpResponse response, Behavior behavior, TimeProvider time) : IDisposable
{
    private bool _sentMalformed;

    protected EventStream Events { get; } = new(response, behavior, time);

    /// <summary>There may be something for <see cref="InterruptAsync"/> to do.</summary>
    protected bool Interrupts { get; } = behavior is { Malformed: not null } or { StreamError: not null };

    public virtual void Dispose() => Events.Dispose();

    /// <summary>Writes an event that is no JSON.</summary>
    protected abstract void WriteBroken();

    /// <summary>Writes the event by which the provider says that it failed.</summary>
    protected abstract void WriteError();

    /// <summary>Waits for the turn of the next content chunk; false where the stream ends before it.</summary>
    protected async ValueTask<bool> NextContentAsync(CancellationToken cancellationToken)
    {
        await Events.BeforeContentAsync(cancellationToken);
        return !Interrupts || !await InterruptAsync(Events.Contents, cancellationToken);
    }

    /// <summary>Sends the broken or failing event that is due; true where the stream ends with it.</summary>
    /// <param name="position">Content chunks before this place; the largest number at the end of the content.</param>
    /// <param name="cancellationToken">The client's.</param>
    protected async ValueTask<bool> InterruptAsync(int position, CancellationToken cancellationToken)
    {
        if (!_sentMalformed && behavior.Malformed <= position)
        {
            _sentMalformed = true;
            Events.Begin();
            WriteBroken();
            await Events.EndAsync(cancellationToken);
        }

        if (behavior.StreamError <= position)
        {
            Events.Begin();
            WriteError();
            await Events.EndAsync(cancellationToken);
            return true;
        }

        return false;
    }
}
