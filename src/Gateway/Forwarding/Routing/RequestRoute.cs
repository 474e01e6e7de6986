using Gateway.Core.Errors;
using Gateway.Core.Models;

namespace Gateway.Forwarding.Routing;

/// <summary>
/// The way of one request from deployment to deployment: (1) the one that it was quoted for, or another that is ready; (2) after a failure
/// at the key the next key of the same provider; (3) the card's other deployments, each once; (4) those again, where the card says so;
/// (5) the same for each fallback; (6) where nothing of the card itself was asked, since all of it is set aside, the one that will be ready
/// first.
/// </summary>
internal sealed class RequestRoute(Router router, ForwardRequest request)
{
    /// <summary>A deployment that rests for longer is not waited for.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private ModelCard _card = request.First.Target.Card;
    private Candidate[] _candidates = router.Candidates(request.First.Target.Card);
    private int _fallback;
    private ulong _asked;
    private ulong _barred;
    private int _attemptsHere;
    private int _again;
    private int _keysTried;
    private bool _keyFailed;
    private bool _askedOwn;
    private bool _isBusy;
    private GatewayError? _unfit;

    /// <summary>Who is asked now; it has been entered, and <see cref="Leave"/> ends that.</summary>
    public Candidate Current { get; private set; } = null!; // Set wherever TryNext says true.

    public KeyState? Key { get; private set; }

    /// <summary>Requests sent so far, the one under way among them; a change of keys is none.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether it is asked though it is set aside.</summary>
    public bool IsLastResort { get; private set; }

    /// <summary>How long to wait before it is sent.</summary>
    public TimeSpan Wait { get; private set; }

    /// <summary>Why nobody was asked at all.</summary>
    public GatewayError NobodyAsked => _unfit is not null && !_isBusy ? _unfit : GatewayError.DeploymentsBusy(request.Target.Requested);

    /// <summary>Finds whom to ask next, and enters there.</summary>
    public bool TryNext()
    {
        Wait = TimeSpan.Zero;
        if (_keyFailed && TryNextKey())
        {
            return true;
        }

        do
        {
            if (TryOther() || TryAgain())
            {
                return true;
            }
        }
        while (TryNextCard());

        return !_askedOwn && TryLastResort();
    }

    /// <summary>Takes note of what came of the attempt.</summary>
    public void Learn(in AttemptResult result) => _keyFailed = result.BlamesKey;

    public void Leave() => Current.State.Exit();

    /// <summary>The attempt did not take place: another one is being made as the deployment's probe.</summary>
    public void Bar()
    {
        _barred |= _asked & (1UL << Array.IndexOf(_candidates, Current));
        Attempts--;
        _attemptsHere--;
        _askedOwn = _fallback > 0 && _askedOwn;
    }

    private bool TryNextKey()
    {
        _keyFailed = false;
        var now = router.Time.GetTimestamp();
        if (++_keysTried >= Current.Keys.Count || !Current.Keys.AnyReady(Current.State, now) || !Current.State.TryEnter(Current.Deployment.MaxConcurrency))
        {
            return false;
        }

        Key = Current.Keys.Next(Current.State, now);
        return true;
    }

    private bool TryOther()
    {
        if (_attemptsHere >= _card.Retries.Attempts)
        {
            return false;
        }

        for (var index = FirstIndex(); index >= 0; index = router.Pick(_candidates, _asked | _barred))
        {
            var state = _candidates[index].State;

            // One that is well may always be asked once; one that may not be, only within its budget.
            if (Attempts > 0 && !state.Budget.TryTake() && !state.Breaker.IsClosed)
            {
                _barred |= 1UL << index;
            }
            else if (TryEnter(index))
            {
                if (Attempts == 1)
                {
                    state.Budget.Earn();
                }
                else
                {
                    Wait = router.Backoff(_card.Retries, Attempts - 1);
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>The deployment of the quote while it is ready, else another.</summary>
    private int FirstIndex()
    {
        if (Attempts == 0 && _asked == 0 && _barred == 0 && _fallback == 0)
        {
            for (var i = 0; i < _candidates.Length; i++)
            {
                if (ReferenceEquals(_candidates[i].Deployment, request.First.Target.Deployment) && _candidates[i].IsReady(router.Time.GetTimestamp()))
                {
                    return i;
                }
            }
        }

        return router.Pick(_candidates, _asked | _barred);
    }

    private bool TryAgain()
    {
        if (_attemptsHere == 0 || _attemptsHere >= _card.Retries.Attempts || _again >= _card.Retries.SameDeployment)
        {
            return false;
        }

        var now = router.Time.GetTimestamp();
        var index = router.Soonest(_candidates, ~_asked | _barred);
        if (index < 0 || !_candidates[index].State.Breaker.IsClosed || !_candidates[index].State.Budget.TryTake())
        {
            return false;
        }

        var ready = _candidates[index].ReadyAt(now, router.Time);
        var rest = ready > now ? router.Time.GetElapsedTime(now, ready) : TimeSpan.Zero;
        if (rest > LongestWait || !TryEnter(index))
        {
            return false;
        }

        _again++;
        Wait = router.Backoff(_card.Retries, Attempts - 1);
        Wait = rest > Wait ? rest : Wait;
        return true;
    }

    private bool TryLastResort()
    {
        Move(request.First.Target.Card);
        for (var index = router.Soonest(_candidates, _barred); index >= 0; index = router.Soonest(_candidates, _barred))
        {
            if (TryEnter(index))
            {
                IsLastResort = true;
                return true;
            }
        }

        return false;
    }

    private bool TryNextCard()
    {
        if (_fallback >= request.Fallbacks.Count)
        {
            return false;
        }

        _askedOwn |= _fallback == 0 && _attemptsHere > 0;
        Move(request.Fallbacks[_fallback++]);
        return true;
    }

    private void Move(ModelCard card)
    {
        (_card, _candidates) = (card, router.Candidates(card));
        (_asked, _barred, _attemptsHere, _again, _keysTried) = (0, 0, 0, 0, 0);
    }

    private bool TryEnter(int index)
    {
        var candidate = _candidates[index];
        if (!candidate.State.TryEnter(candidate.Deployment.MaxConcurrency))
        {
            _isBusy = true;
            _barred |= 1UL << index;
            return false;
        }

        if (!request.TryAsk(_card, candidate.Deployment, out var unfit))
        {
            // What nobody else can express either, the client hears as it was said first.
            _unfit ??= unfit;
            _barred |= 1UL << index;
            candidate.State.Exit();
            return false;
        }

        Current = candidate;
        Key = candidate.Keys.Next(candidate.State, router.Time.GetTimestamp());
        _asked |= 1UL << index;
        _askedOwn |= _fallback == 0;
        _keysTried = 0;
        _attemptsHere++;
        Attempts++;
        return true;
    }
}
