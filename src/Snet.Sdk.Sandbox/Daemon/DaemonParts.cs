using System.Numerics;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What the services and payment types of one daemon share.</summary>
/// <param name="Settings">What it was started with.</param>
/// <param name="Configuration">Its settings.</param>
/// <param name="Quirks">What is particular to its release.</param>
/// <param name="Metadata">What it read from Registry and storage.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Channels">The payment channels.</param>
/// <param name="State">What changes while it runs.</param>
internal sealed record DaemonParts(
    DaemonSettings Settings,
    DaemonConfiguration Configuration,
    Quirks Quirks,
    DaemonMetadata Metadata,
    DaemonChain Chain,
    PaymentChannels Channels,
    DaemonState State)
{
    /// <summary>Checks that the block of a signature is near the latest one, for which the node is asked (protocol c.2).</summary>
    /// <exception cref="GrpcException">It is not, or the node did not answer.</exception>
    public async Task CheckBlockAsync(BigInteger block, int window, CancellationToken cancellationToken)
    {
        try
        {
            if (!BlockWindow.Holds(block, await Chain.GetBlockAsync(cancellationToken).ConfigureAwait(false), window))
                throw DaemonRefusals.Plain(BlockWindow.Expired);
        }
        catch (DaemonChainException e)
        {
            throw DaemonRefusals.Plain("error determining current block: " + e.Message); // e.5, e.6
        }
    }
}
