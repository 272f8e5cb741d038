using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Grpc;
using Snet.Protobuf;
using Snet.Sdk.Discovery;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Strategies;
using Snet.Sdk.Training;

namespace Snet.Sdk.Services;

/// <summary>One AI service: its methods are called and paid through this, and <see cref="Training"/> makes models for it.</summary>
/// <remarks>Safe for threads; keep one for as long as the process uses the service. Nothing is read before the first call.</remarks>
public class ServiceClient : IAsyncDisposable, IDisposable
{
    private readonly SnetClient _client;
    private readonly ServiceSource _source;
    private readonly ServiceConnections _connections;

    internal ServiceClient(SnetClient client, string orgId, string serviceId, ServiceClientOptions options)
    {
        (_client, OrgId, ServiceId) = (client, orgId, serviceId);
        _source = new ServiceSource(ct => ServiceDefinition.LoadAsync(client.Registry, client.Network, orgId, serviceId, options.GroupName, ct));
        _connections = new ServiceConnections(client, $"{orgId}/{serviceId}");
        Training = new TrainingClient(this);
        Channels = new PaymentChannels(this);
    }

    /// <summary>For stand-ins in tests.</summary>
    protected ServiceClient() => (_client, _source, _connections, OrgId, ServiceId, Training, Channels) = (null!, null!, null!, string.Empty, string.Empty, null!, null!);

    /// <summary>The organization's id.</summary>
    public virtual string OrgId { get; }

    /// <summary>The service's id.</summary>
    public virtual string ServiceId { get; }

    /// <summary>Training one's own models. Reading this never fails; the methods throw <see cref="NoTrainingException"/> where there is no training.</summary>
    public virtual TrainingClient Training { get; }

    /// <summary>The account's payment channels for this service, by hand. Calls need none of it.</summary>
    public virtual PaymentChannels Channels { get; }

    internal SnetClient Client => _client;

    /// <summary>Reads what the service publishes about itself; once, then from memory.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The metadata.</returns>
    /// <exception cref="MetadataException">It is missing, malformed or forged.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<ServiceMetadata> GetMetadataAsync(CancellationToken cancellationToken = default) =>
        (await _source.GetAsync(cancellationToken).ConfigureAwait(false)).Service;

    /// <summary>Lists the service's methods with their prices.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The methods.</returns>
    /// <exception cref="MetadataException">The metadata is missing, malformed or forged.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<IReadOnlyList<ServiceMethod>> GetMethodsAsync(CancellationToken cancellationToken = default)
    {
        var definition = await _source.GetAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. definition.Methods.Select(m => new ServiceMethod(
                m.Name, m.ServiceName, m.Path, m.TrainingModelIdField is not null, definition.Group.Pricing.FindPrice(m.Path))),
        ];
    }

    /// <summary>Calls a method with JSON and pays for it.</summary>
    /// <param name="method">The method's name in the proto file; <c>Service/method</c> where two services share a name.</param>
    /// <param name="request">The request, with the field names of the proto file; bytes as base64.</param>
    /// <param name="options">Settings of this call.</param>
    /// <param name="cancellationToken">Ends the waiting. A payment that has left this process stays valid for the daemon; it is looked up before the next one.</param>
    /// <returns>The answer as JSON, and what it cost.</returns>
    /// <exception cref="ArgumentException">The JSON does not fit the method's request; the message names the place.</exception>
    /// <exception cref="WrongMethodException">There is no such method. Nothing was sent.</exception>
    /// <exception cref="InsufficientFundsException">The account holds too little. Nothing was signed.</exception>
    /// <exception cref="SpendingLimitException">The policy forbids the price. Nothing was signed.</exception>
    /// <exception cref="PaymentRejectedException">The daemon refused the payment.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    /// <exception cref="ServiceCallException">The call failed; <see cref="SnetException.MoneyMoved"/> says whether it was charged.</exception>
    public virtual async Task<CallResult<JsonObject>> CallAsync(
        string method, JsonObject request, ServiceCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(request);
        var target = (await _source.GetAsync(cancellationToken).ConfigureAwait(false)).FindMethod(method);
        byte[] wire;
        try
        {
            wire = ProtoJson.ToWire(target.Input, request);
        }
        catch (ProtoJsonException e)
        {
            throw new ArgumentException($"The request does not fit {target.Input.FullName}: {e.Message}", nameof(request), e);
        }

        return await CallAsync(target.Path, wire, bytes => ProtoJson.FromWire(target.Output, bytes.Span), options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Calls a method with a generated message and pays for it.</summary>
    /// <typeparam name="TRequest">The request, generated from the service's proto file.</typeparam>
    /// <typeparam name="TResponse">The answer, generated likewise.</typeparam>
    /// <param name="method">The method's name in the proto file; <c>Service/method</c> where two services share a name.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">Settings of this call.</param>
    /// <param name="cancellationToken">Ends the waiting. A payment that has left this process stays valid for the daemon; it is looked up before the next one.</param>
    /// <returns>The answer, and what it cost.</returns>
    /// <inheritdoc cref="CallAsync(string, JsonObject, ServiceCallOptions?, CancellationToken)" path="/exception"/>
    public virtual Task<CallResult<TResponse>> CallAsync<TRequest, TResponse>(
        string method, TRequest request, ServiceCallOptions? options = null, CancellationToken cancellationToken = default)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new()
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync(method, request.ToByteArray(), Read, options, cancellationToken);

        static TResponse Read(ReadOnlyMemory<byte> bytes)
        {
            var response = new TResponse();
            response.MergeFrom(bytes.Span);
            return response;
        }
    }

    /// <summary>Gives a handler that pays for the calls of this service which another gRPC library makes through it.</summary>
    /// <remarks>
    /// Hand it to <c>GrpcChannelOptions.HttpHandler</c> of Grpc.Net.Client, with one of the endpoints in <see cref="GetMetadataAsync"/> as address.
    /// Each call of a method of the service is paid at its published price; everything else passes through.
    /// </remarks>
    /// <param name="innerHandler">Sends the requests; it must speak HTTP/2. Null (default): a new <see cref="SocketsHttpHandler"/>.</param>
    /// <returns>The handler; disposing it disposes the inner one.</returns>
    public virtual DelegatingHandler CreatePaymentHandler(HttpMessageHandler? innerHandler = null) =>
        new PaymentHandler(this, innerHandler ?? new SocketsHttpHandler { EnableMultipleHttp2Connections = true });

    /// <summary>Closes the connections to the service's daemons. The <see cref="SnetClient"/> stays open.</summary>
    public virtual void Dispose()
    {
        _connections?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose"/>
    public virtual ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal Task<ServiceDefinition> GetDefinitionAsync(CancellationToken cancellationToken) => _source.GetAsync(cancellationToken);

    internal async Task<DaemonConnection> GetDaemonAsync(CancellationToken cancellationToken) =>
        _connections.Get((await _source.GetAsync(cancellationToken).ConfigureAwait(false)).Group.Endpoints);

    internal async Task<ChannelPool> GetPoolAsync(CancellationToken cancellationToken) =>
        _client.GetPool((await _source.GetAsync(cancellationToken).ConfigureAwait(false)).Payment);

    /// <summary>Has the metadata read again for the next call: its prices may be others now.</summary>
    internal void ForgetPrices() => _source.Forget();

    /// <summary>Whether the price may be another by now, which no daemon says: a lower one would be paid, or more is drawn from what was paid ahead.</summary>
    internal static bool MayHaveOtherPrices(SnetException e) => e is SpendingLimitException or InsufficientFundsException or ChannelStateException;

    /// <summary>How calls of this client are paid; benchmarks put a way in its place that pays nothing.</summary>
    internal virtual IPaymentStrategy ChooseStrategy(ServiceDefinition definition, PaymentMode mode) => GetStrategies(definition).Choose(mode, definition.Group);

    internal PaymentStrategies GetStrategies(ServiceDefinition definition) => _client.GetStrategies(OrgId, ServiceId, definition.Payment);

    private async Task<CallResult<T>> CallAsync<T>(
        string method, byte[] request, Func<ReadOnlyMemory<byte>, T> read, ServiceCallOptions? options, CancellationToken cancellationToken)
    {
        options ??= new ServiceCallOptions();
        var timeout = options.Timeout ?? _client.Options.CallTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, SnetClientOptions.LongestTime, nameof(options));
        var own = OwnHeaders(options);
        var definition = await _source.GetAsync(cancellationToken).ConfigureAwait(false);
        var target = definition.FindMethod(method);
        if (options.ModelId is { } model)
            request = [.. request, .. ModelField(definition, target, model)];
        var order = new PaymentOrder(OrgId, ServiceId, target.Path, PriceOf(definition, target)) { ModelId = options.ModelId, TimeLimit = timeout };

        var daemon = _connections.Get(definition.Group.Endpoints);
        if (target.PricingMethod is not null)
            await daemon.EnsureServiceIsThereAsync(cancellationToken).ConfigureAwait(false);
        var strategy = ChooseStrategy(definition, options.PaymentMode ?? _client.Options.PaymentMode);
        try
        {
            var (answer, receipt) = await _client.Caller.CallAsync(
                strategy, order, daemon, (headers, ct) => daemon.SendAsync(target.Path, request, With(headers, own), timeout, ct), RequoteAsync, cancellationToken)
                .ConfigureAwait(false);
            return new CallResult<T>(Read(read, answer, receipt), receipt.Cost, receipt, Headers(answer));
        }
        catch (SnetException e) when (MayHaveOtherPrices(e))
        {
            ForgetPrices();
            throw;
        }

        async Task<TokenAmount> RequoteAsync(TokenAmount? wanted, CancellationToken ct)
        {
            var published = PriceOf(await _source.ReloadAsync(ct).ConfigureAwait(false), target);
            return wanted is null || wanted == published
                ? published
                : throw new PriceChangedException($"{target.Path} (published: {published})", order.Price, wanted.Value);
        }
    }

    // The call has succeeded and is paid for, whatever can be made of its answer.
    private static T Read<T>(Func<ReadOnlyMemory<byte>, T> read, GrpcResponse answer, PaymentReceipt receipt)
    {
        try
        {
            return read(answer.Message);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ProtoJsonException)
        {
            throw new ServiceCallException(GrpcStatus.Ok, "its answer is not of the type that was asked for", CallOrigin.Service, $"{receipt.Cost} was charged. Tell the provider, and check the type.", innerException: e)
            {
                MoneyMoved = receipt.Cost.IsZero ? MoneyMoved.No : MoneyMoved.Yes,
            };
        }
    }

    internal static TokenAmount PriceOf(ServiceDefinition definition, ProtoMethod method) =>
        definition.Group.Pricing.FindPrice(method.Path)
        ?? throw new MetadataException($"The service's metadata names no price for {method.Path}, so its daemon would refuse the call. Ask its publisher.");

    // A message field that stands twice on the wire is merged, so the model can be added behind any request without knowing its type.
    private static byte[] ModelField(ServiceDefinition definition, ProtoMethod method, string modelId)
    {
        var field = method.TrainingModelIdField
            ?? throw new WrongMethodException(method.Name, "method that takes a model", definition.TrainableNames);
        var model = new global::Training.ModelID { ModelId = modelId }.ToByteArray();
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(model));
        }

        return stream.ToArray();
    }

    // Checked before anything is signed.
    private static GrpcMetadata? OwnHeaders(ServiceCallOptions options)
    {
        if (options.Headers.Count == 0)
            return null;
        var headers = new GrpcMetadata();
        foreach (var (name, value) in options.Headers)
        {
            if (name.StartsWith("snet-", StringComparison.OrdinalIgnoreCase))
                throw new ArgumentException($"The header '{name}' is one of the payment's own.", nameof(options));
            headers.Add(name, value);
        }

        return headers;
    }

    private static GrpcMetadata With(GrpcMetadata payment, GrpcMetadata? own)
    {
        if (own is null)
            return payment;
        var all = new GrpcMetadata();
        foreach (var header in payment.Concat(own))
            all.Add(header);
        return all;
    }

    private static Dictionary<string, string> Headers(GrpcResponse answer)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add(answer.Headers);
        Add(answer.Trailers);
        return headers;

        void Add(GrpcMetadata metadata)
        {
            foreach (var entry in metadata)
                headers[entry.Name] = entry.IsBinary ? Convert.ToBase64String(entry.Bytes) : entry.Text;
        }
    }
}
