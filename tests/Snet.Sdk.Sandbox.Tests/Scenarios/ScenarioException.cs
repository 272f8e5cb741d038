namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>A scenario did not hold, or holds something that the replayer does not know. The message names the place.</summary>
internal sealed class ScenarioException(string message, Exception? innerException = null) : Exception(message, innerException);
