namespace Snet.Protobuf;

/// <summary>Where a conversion stands inside a message, for its errors, and how deep.</summary>
internal sealed class ProtoJsonPath
{
    private readonly List<(string? Name, int Index)> _steps = []; // made into text for an error only
    private int _depth;

    /// <summary>Goes to a field or a member.</summary>
    public void Push(string name) => _steps.Add((name, 0));

    /// <summary>Goes to an element of a list.</summary>
    public void Push(int index) => _steps.Add((null, index));

    /// <summary>Goes back one step.</summary>
    public void Pop() => _steps.RemoveAt(_steps.Count - 1);

    /// <summary>Begins a message inside the current one.</summary>
    /// <exception cref="ProtoJsonException">Messages nest too deep.</exception>
    public void Enter()
    {
        if (++_depth > ProtoJson.MaxDepth)
            throw Error($"messages nest deeper than {ProtoJson.MaxDepth}");
    }

    /// <summary>Ends the message.</summary>
    public void Leave() => _depth--;

    /// <summary>Makes the error about this place.</summary>
    public ProtoJsonException Error(string problem, Exception? innerException = null)
    {
        var path = string.Concat(_steps.Select(step => step.Name is null ? $"[{step.Index}]" : "." + step.Name));
        return new(path.TrimStart('.'), problem, innerException);
    }
}
