using Microsoft.Extensions.Options;

namespace Gateway.Admin;

/// <summary>A key that can be guessed is refused; the message never shows it.</summary>
internal sealed class AdminOptionsValidator : IValidateOptions<AdminOptions>
{
    private const int MinLength = 16;

    public ValidateOptionsResult Validate(string? name, AdminOptions options) => options.AdminKey switch
    {
        null => ValidateOptionsResult.Success,
        { Length: < MinLength } key => ValidateOptionsResult.Fail(
            $"{AdminOptions.AdminKeyKey} has {key.Length} characters, which can be guessed. Use at least {MinLength} (such as the output of 'openssl rand -hex 32'), or remove it to turn the admin API off."),
        var key when key.Any(c => c is <= ' ' or > '~') => ValidateOptionsResult.Fail(
            $"{AdminOptions.AdminKeyKey} holds a character that an Authorization header cannot carry. Use printable ASCII without spaces."),
        _ => ValidateOptionsResult.Success,
    };
}
