namespace Snet.Grpc;

/// <summary>How a call is given up.</summary>
internal enum GivingUp
{
    Token,
    Dispose,
    Deadline,
}
