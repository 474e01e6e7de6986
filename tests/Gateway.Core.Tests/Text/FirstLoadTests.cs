using System.Reflection;
using System.Runtime.Loader;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Text;

public sealed class FirstLoadTests
{
    private delegate long CountText(ReadOnlySpan<byte> utf8);

    [Fact]
    public void Many_threads_at_the_first_load_share_one_encoder()
    {
        const int Threads = 16;
        // A second copy of the core, whose encoders nobody has asked for yet.
        var context = new AssemblyLoadContext("second copy", isCollectible: true);
        var encoders = new object?[Threads];
        var counts = new long[Threads];
        try
        {
            var type = context.LoadFromAssemblyPath(typeof(BytePairEncoder).Assembly.Location).GetType(typeof(BytePairEncoder).FullName!, throwOnError: true)!;
            type.ShouldNotBe(typeof(BytePairEncoder));
            var tryGet = type.GetMethod(nameof(BytePairEncoder.TryGet), BindingFlags.Public | BindingFlags.Static)!;
            var count = type.GetMethod(nameof(BytePairEncoder.Count))!;
            using var together = new Barrier(Threads);
            var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
            {
                object?[] arguments = ["o200k_base", null];
                together.SignalAndWait();
                tryGet.Invoke(null, arguments);
                encoders[i] = arguments[1];
                counts[i] = count.CreateDelegate<CountText>(arguments[1])("What's in this image?"u8);
            })).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
        }
        finally
        {
            context.Unload();
        }

        encoders[0].ShouldNotBeNull();
        encoders.ShouldAllBe(encoder => ReferenceEquals(encoder, encoders[0]));
        counts.ShouldAllBe(count => count == 5);
    }
}
