namespace Snet.Sdk.Services;

/// <summary>Who ended a call that failed.</summary>
public enum CallOrigin
{
    /// <summary>The AI service itself; its payment was not taken.</summary>
    Service,

    /// <summary>The provider's daemon, before or after the service worked.</summary>
    Daemon,

    /// <summary>The way there: a time limit, a cut connection.</summary>
    Transport,
}
