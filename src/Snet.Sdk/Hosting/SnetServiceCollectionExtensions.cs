using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Snet.Sdk.Hosting;

/// <summary>Registers the client with an application's services.</summary>
public static class SnetServiceCollectionExtensions
{
    /// <summary>Registers one <see cref="SnetClient"/> for the whole application, unless there is one already.</summary>
    /// <remarks>
    /// The application's logger factory and <see cref="TimeProvider"/> are used where the options set none. No HTTP client of the application is taken: defaults set
    /// for all of them, such as repeating POST, would cut uploads and repeat payments.
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets network, node, signer and limits.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">When the client is first asked for: options are missing or contradict each other.</exception>
    public static IServiceCollection AddSnetClient(this IServiceCollection services, Action<SnetClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(provider =>
        {
            var options = new SnetClientOptions();
            if (provider.GetService<ILoggerFactory>() is { } loggers)
                options.LoggerFactory = loggers;
            if (provider.GetService<TimeProvider>() is { } time)
                options.TimeProvider = time;
            configure(options);
            return new SnetClient(options);
        });
        return services;
    }
}
