namespace Snet.Sdk.Payments;

/// <summary>A payment that is about to be made, for <see cref="SpendingPolicy.Approval"/> to decide on.</summary>
/// <param name="OrgId">The organization.</param>
/// <param name="ServiceId">The service.</param>
/// <param name="Method">The method's full path.</param>
/// <param name="ModelId">The model that is trained or used; null when none is.</param>
/// <param name="Price">What is to be paid.</param>
/// <param name="Total">What counts as spent in all once this is paid, payments under way and of open fate included.</param>
public sealed record PaymentRequest(string OrgId, string ServiceId, string Method, string? ModelId, TokenAmount Price, TokenAmount Total);
