using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Images;

namespace Gateway.Images;

/// <summary>The catalog's settings in the form in which they are asked.</summary>
internal sealed class FetchPolicy
{
    // Names under which clouds serve credentials. Their addresses are refused too, but these names say what is meant.
    private static readonly FrozenSet<string> Metadata = FrozenSet.ToFrozenSet(
    [
        "metadata", "metadata.goog", "metadata.google.internal", "metadata.azure.com", "metadata.azure.internal", "metadata.tencentyun.com",
        "instance-data", "instance-data.ec2.internal",
    ]);

    private readonly FrozenSet<string> _allowed;
    private readonly bool _any;
    private readonly byte[] _fingerprint;

    public FetchPolicy(ImageFetchSettings settings, ImageLimits limits)
    {
        Settings = settings;
        Limits = limits;
        var hosts = settings.AllowHosts.IsDefault ? [] : settings.AllowHosts;
        _any = hosts.IsEmpty;
        _allowed = hosts.Select(HostName.OfSetting).OfType<string>().ToFrozenSet();
        _fingerprint = Fingerprint();
    }

    public ImageFetchSettings Settings { get; }

    public ImageLimits Limits { get; }

    public bool IsOf(ImageFetchSettings settings, ImageLimits limits) => ReferenceEquals(Settings, settings) && Limits == limits;

    /// <param name="host">In the form of <see cref="HostName"/>.</param>
    public bool AllowsHost(string host) => (_any || _allowed.Contains(host)) && !Metadata.Contains(host);

    /// <summary>Any port is as good as another in the operator's own network; elsewhere the web's two.</summary>
    public bool AllowsPort(int port) => port is 80 or 443 || (Settings.AllowPrivateNetworks && port > 0);

    public bool Allows(AddressReach reach) =>
        reach == AddressReach.Public || (reach == AddressReach.Private && Settings.AllowPrivateNetworks);

    /// <summary>
    /// What a result is remembered under. The settings that led to it are in the hash, so that no result outlives them. The tenant is not:
    /// who knows the hash has the URL, and no more is told than the URL itself tells whoever has it.
    /// </summary>
    public ImageKey KeyOf(RemoteUrl url)
    {
        var text = url.Address.AbsoluteUri;
        var bytes = new byte[_fingerprint.Length + Encoding.UTF8.GetByteCount(text)];
        _fingerprint.CopyTo(bytes, 0);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(_fingerprint.Length));
        return ImageKey.Of(bytes);
    }

    private byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        long[] numbers = [_any ? 1 : 0, Settings.AllowPrivateNetworks ? 1 : 0, Settings.MaxHeaderBytes, Limits.MaxBytes, (long)Limits.Formats];
        foreach (var value in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            hash.AppendData(number);
        }

        // A line end occurs in no name, so the list reads in one way alone.
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', _allowed.Order(StringComparer.Ordinal))));
        return hash.GetHashAndReset();
    }
}
