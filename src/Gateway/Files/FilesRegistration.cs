using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Files;

internal static class FilesRegistration
{
    /// <summary>After <see cref="StorageRegistration.AddStorage"/>: bytes lie where rows do.</summary>
    public static IServiceCollection AddFiles(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<FilesOptions>, FilesOptionsValidator>();
        services.AddOptions<FilesOptions>().Bind(configuration.GetSection(FilesOptions.Section)).ValidateOnStart();
        services.AddSingleton<IBlobStore>(provider =>
        {
            var storage = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            return storage.Postgres is null
                ? ActivatorUtilities.CreateInstance<DiskBlobStore>(provider, storage.FilesDirectory)
                : ActivatorUtilities.CreateInstance<PostgresBlobStore>(provider);
        });
        services.AddSingleton<TemporaryFiles>();
        services.AddSingleton<FileStore>();
        services.AddSingleton<ImageInspector>();
        services.AddSingleton<FileSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<FileSweeper>());
        return services;
    }
}
