using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Snet.Sdk.Sandbox.Storage;

/// <summary>The part of kubo's HTTP API that clients of the platform use, and its gateway.</summary>
internal sealed class IpfsApi
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _blocks = new(StringComparer.Ordinal);

    /// <summary>Whether the API answers POST; kubo since 0.5 answers nothing else.</summary>
    public bool AnswersPost { get; set; } = true;

    /// <summary>Whether the API answers GET, as the platform's own endpoint does.</summary>
    public bool AnswersGet { get; set; } = true;

    /// <summary>Keeps a file under each of its ids.</summary>
    /// <returns>Its id, version 0.</returns>
    public string Add(ReadOnlySpan<byte> content)
    {
        var file = new IpfsFile(content);
        foreach (var (hash, block) in file.Blocks)
            _blocks[IpfsFile.Version0(hash)] = _blocks[IpfsFile.Version1(0x70, hash)] = block;
        var (id, raw) = (IpfsFile.Version0(file.Root), IpfsFile.Version1(0x55, SHA256.HashData(content)));
        _files[id] = _files[IpfsFile.Version1(0x70, file.Root)] = _files[raw] = _blocks[raw] = file.Content;
        return id;
    }

    /// <summary>Answers one request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith("/ipfs/", StringComparison.Ordinal))
            return ServeFileAsync(context, path["/ipfs/".Length..]);
        if (!path.StartsWith("/api/v0/", StringComparison.Ordinal))
            return TextAsync(context, StatusCodes.Status404NotFound, "404 page not found\n");
        var allowed = HttpMethods.IsPost(context.Request.Method) ? AnswersPost : AnswersGet && HttpMethods.IsGet(context.Request.Method);
        if (!allowed)
            return TextAsync(context, StatusCodes.Status405MethodNotAllowed, "405 - Method Not Allowed\n");
        return path["/api/v0/".Length..] switch
        {
            "version" => JsonAsync(context, StatusCodes.Status200OK, new() { ["Version"] = "0.29.0", ["Commit"] = "", ["Repo"] = "15", ["System"] = "sandbox" }),
            "cat" => ServeAsync(context, _files, "ipfs-path"),
            "block/get" => ServeAsync(context, _blocks, "cid"),
            "add" => AddAsync(context),
            _ => TextAsync(context, StatusCodes.Status404NotFound, "404 page not found\n"),
        };
    }

    private static Task ServeAsync(HttpContext context, ConcurrentDictionary<string, byte[]> contents, string argument)
    {
        string? id = context.Request.Query["arg"];
        if (string.IsNullOrEmpty(id))
            return FailAsync(context, StatusCodes.Status400BadRequest, $"argument \"{argument}\" is required", code: 1);
        id = id.StartsWith("/ipfs/", StringComparison.Ordinal) ? id["/ipfs/".Length..] : id;
        // kubo has no word for "does not exist": all it can say is that it did not find it.
        return contents.TryGetValue(id, out var content)
            ? BytesAsync(context, content)
            : FailAsync(context, StatusCodes.Status500InternalServerError, $"block was not found locally (offline): ipld: could not find {id}", code: 0);
    }

    private Task ServeFileAsync(HttpContext context, string id)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
            return TextAsync(context, StatusCodes.Status405MethodNotAllowed, "Method Not Allowed\n");
        return _files.TryGetValue(id, out var content)
            ? BytesAsync(context, content)
            : TextAsync(context, StatusCodes.Status404NotFound, $"failed to resolve /ipfs/{id}: ipld: could not find {id}\n");
    }

    private async Task AddAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || (await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false)).Files is not [var file])
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, "file argument 'path' is required", code: 1).ConfigureAwait(false);
            return;
        }

        using var content = new MemoryStream();
        await file.CopyToAsync(content, context.RequestAborted).ConfigureAwait(false);
        var id = Add(content.ToArray());
        var size = content.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await JsonAsync(context, StatusCodes.Status200OK, new() { ["Name"] = file.FileName, ["Hash"] = id, ["Size"] = size }).ConfigureAwait(false);
    }

    private static Task FailAsync(HttpContext context, int status, string message, int code) =>
        JsonAsync(context, status, new() { ["Message"] = message, ["Code"] = code, ["Type"] = "error" });

    private static Task JsonAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static Task BytesAsync(HttpContext context, byte[] content)
    {
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = content.Length;
        return context.Response.Body.WriteAsync(content, 0, content.Length, context.RequestAborted);
    }
}
