using Gateway.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Images;

internal static class ImagesRegistration
{
    /// <summary>The probe of remote images, and who fetches them whole; what the probe learns is shared through Redis where <c>ConnectionStrings:Redis</c> is set.</summary>
    public static IServiceCollection AddImages(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(RemoteWorld.Real);
        services.AddSingleton<IValidateOptions<ImageFetchOptions>, ImageFetchOptionsValidator>();
        services.AddOptions<ImageFetchOptions>().Bind(configuration.GetSection(ImageFetchOptions.Section)).ValidateOnStart();

        if (services.TryAddRedis(configuration))
        {
            services.AddSingleton<SharedImageCache>();
        }

        return services
            .AddSingleton<FetchSlots>()
            .AddSingleton<PictureMemory>()
            .AddSingleton<RemotePictures>()
            .AddSingleton(provider => new MemoryImageCache(
                provider.GetRequiredService<IOptions<ImageFetchOptions>>().Value.MaxCached, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new RemoteImageProbe(
                provider.GetRequiredService<RemoteWorld>(),
                provider.GetRequiredService<FetchSlots>(),
                provider.GetRequiredService<MemoryImageCache>(),
                provider.GetService<SharedImageCache>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<RemoteImageProbe>>()));
    }
}
