namespace Gateway.Images;

/// <summary>Who can reach an address.</summary>
internal enum AddressReach
{
    /// <summary>Never asked: link-local with its metadata services, multicast, reserved, transitional, of documentation or of no use.</summary>
    Never,

    /// <summary>This machine or its operator's network; asked only with <c>allow_private_networks</c>.</summary>
    Private,

    /// <summary>Anyone.</summary>
    Public,
}
