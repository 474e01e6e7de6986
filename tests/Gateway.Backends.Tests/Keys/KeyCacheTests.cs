using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Keys;

public sealed class KeyCacheTests
{
    private const int Capacity = 1000;
    private readonly KeyCache _cache = new(Capacity);

    [Fact]
    public void Keys_at_work_stay_through_a_flood_of_good_keys_that_are_used_once()
    {
        var atWork = Enumerable.Range(0, Capacity / 4).Select(i => Add($"work-{i}", "a")).ToList();

        for (var i = 0; i < Capacity * 20; i++)
        {
            Add($"flood-{i}", "b");

            // Each is asked for once while the flood brings as many as there is room for.
            _cache.TryGetKnown(atWork[i % atWork.Count], out _).ShouldBeTrue($"after {i} others");
        }
    }

    [Fact]
    public void It_never_holds_more_than_it_may()
    {
        var hashes = Enumerable.Range(0, Capacity * 3).Select(i => Add($"{i}", "a")).ToList();

        hashes.Count(hash => _cache.TryGetKnown(hash, out _)).ShouldBe(Capacity);
    }

    [Fact]
    public void Another_key_gets_in_where_all_are_at_work()
    {
        var all = Enumerable.Range(0, Capacity).Select(i => Add($"{i}", "a")).ToList();
        all.ForEach(hash => _cache.TryGetKnown(hash, out _).ShouldBeTrue());

        var late = Add("late", "b");

        _cache.TryGetKnown(late, out _).ShouldBeTrue();
        all.Count(hash => _cache.TryGetKnown(hash, out _)).ShouldBe(Capacity - 1);
    }

    [Fact]
    public void Room_of_keys_that_a_change_named_is_used_again_before_another_leaves()
    {
        var gone = Enumerable.Range(0, Capacity / 2).Select(i => Add($"gone-{i}", "gone")).ToList();
        var kept = Enumerable.Range(0, Capacity / 2).Select(i => Add($"kept-{i}", "kept")).ToList();
        _cache.Evict([new Change(1, ChangeKind.Tenant, "gone")]);

        var late = Enumerable.Range(0, Capacity / 2).Select(i => Add($"late-{i}", "late")).ToList();

        gone.ShouldAllBe(hash => !Holds(hash));
        kept.ShouldAllBe(hash => Holds(hash));
        late.ShouldAllBe(hash => Holds(hash));
    }

    [Fact]
    public void Key_that_was_read_again_after_a_change_outlives_the_place_it_had()
    {
        var again = Add("again", "a");
        _cache.Evict([new Change(1, ChangeKind.Tenant, "a")]);
        var others = Enumerable.Range(0, Capacity - 2).Select(i => Add($"{i}", "b")).ToList();
        Add("again", "a");

        Add("late", "b");

        Holds(again).ShouldBeTrue();
        others.ShouldAllBe(hash => Holds(hash));
    }

    [Fact]
    public void Many_that_add_and_ask_at_once_leave_it_whole()
    {
        Parallel.For(0, 8, worker =>
        {
            for (var i = 0; i < Capacity * 2; i++)
            {
                var hash = Add($"{worker % 4}-{i}", "a");
                _cache.TryGetKnown(hash, out _);
                if (i % 500 == 0)
                {
                    _cache.Evict([new Change(1, ChangeKind.Tenant, "a")]);
                }
            }
        });

        var all = Enumerable.Range(0, 4).SelectMany(worker => Enumerable.Range(0, Capacity * 2).Select(i => HashOf($"{worker}-{i}")));
        all.Count(Holds).ShouldBeInRange(0, Capacity);
        Holds(Add("after", "a")).ShouldBeTrue();
    }

    private static KeyHash HashOf(string name) => KeyHash.Of(System.Text.Encoding.UTF8.GetBytes(name));

    private bool Holds(KeyHash hash) => _cache.TryGetKnown(hash, out _);

    private KeyHash Add(string name, string tenant)
    {
        var hash = HashOf(name);
        _cache.AddKnown(hash, new KnownKey(new Caller { Key = new KeyId(name), Tenant = new TenantId(tenant) }, null, null), _cache.Generation);
        return hash;
    }
}
