using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gateway.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Gateway;

/// <summary>What an operator must be told when the gateway cannot start: which setting, which value, and the fix; no stack trace.</summary>
internal static class StartFailure
{
    public static bool TryDescribe(Exception exception, [NotNullWhen(true)] out string? description)
    {
        description = exception switch
        {
            OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
            StorageUnavailableException storage => storage.Message,

            // Of the configuration binder, which names key and value.
            InvalidOperationException { InnerException: FormatException or ArgumentException or OverflowException } binding when binding.Source == "Microsoft.Extensions.Configuration.Binder" =>
                $"{binding.Message} Correct it, or leave it out.",
            // Of Kestrel: a certificate without its key or of another one, a password that is wrong.
            InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } kestrel =>
                $"Kestrel:Endpoints: {kestrel.Message} Set Certificate:Path and Certificate:KeyPath of the endpoint, or Kestrel:Certificates:Default:Path and KeyPath.",
            CryptographicException certificate =>
                $"Kestrel:Endpoints or Kestrel:Certificates: a certificate cannot be read: {certificate.Message} Set Path, KeyPath and Password of one that belong together.",
            IOException { InnerException: AddressInUseException } address =>
                $"ASPNETCORE_URLS: {address.Message} Set it to another address, such as http://localhost:8081, or stop the other process.",
            AggregateException { InnerExceptions: [var inner] } => TryDescribe(inner, out var text) ? text : null,
            _ => null,
        };
        if (description is not null)
        {
            description = $"The gateway cannot start.{Environment.NewLine}{description}";
        }

        return description is not null;
    }
}
