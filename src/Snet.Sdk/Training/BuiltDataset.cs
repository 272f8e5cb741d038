using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Snet.Sdk.Training;

/// <summary>An archive that <see cref="DatasetBuilder"/> wrote, with what is in it.</summary>
/// <param name="Path">The full path of the archive.</param>
/// <param name="Sha256">The SHA-256 of the archive: 64 hexadecimal digits in lower case.</param>
/// <param name="Files">The files in it, sorted by name; folders are not listed.</param>
/// <param name="Report">
/// The check of the archive, made after it was written. It has no errors, for then there would be no archive; it may have warnings,
/// among them what was left out.
/// </param>
public sealed record BuiltDataset(string Path, string Sha256, IReadOnlyList<DatasetFile> Files, DatasetReport Report)
{
    private static readonly JsonWriterOptions s_format = new()
    {
        Indented = true,
        NewLine = "\n", // the same text on every machine
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // file names stay legible; this is no web page
    };

    /// <summary>
    /// Gives the manifest as JSON: name, kind, size and SHA-256 of the archive, and of each file. The same text for the same content.
    /// </summary>
    /// <remarks>
    /// It stands beside the archive and not in it: an extra file could break the provider's rules. Who wants it inside adds it.
    /// </remarks>
    public string ToManifest()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, s_format))
        {
            json.WriteStartObject();
            json.WriteString("archive", Report.FileName);
            json.WriteString("kind", Report.Kind);
            json.WriteNumber("size", Report.Size);
            json.WriteString("sha256", Sha256);
            json.WriteStartArray("files");
            foreach (var file in Files)
                Write(json, file);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void Write(Utf8JsonWriter json, DatasetFile file)
    {
        json.WriteStartObject();
        json.WriteString("name", file.Name);
        json.WriteNumber("size", file.Size);
        json.WriteString("sha256", file.Sha256);
        json.WriteEndObject();
    }
}
