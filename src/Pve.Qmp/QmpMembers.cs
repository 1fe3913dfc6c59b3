using System.Globalization;
using System.Text.Json;

namespace Pve.Qmp;

/// <summary>Members of an object of the wire, by name.</summary>
/// <example><code>var properties = new QmpMembers { { "drive", "disk0" }, { "bootindex", 1 }, { "share-rw", true } };</code></example>
public sealed class QmpMembers : Dictionary<string, JsonElement>
{
    /// <summary>Adds a text.</summary>
    /// <exception cref="ArgumentException">There is such a member already.</exception>
    public void Add(string name, string value) => Add(name, JsonElement.Parse($"\"{JsonEncodedText.Encode(value)}\""));

    /// <summary>Adds a whole number.</summary>
    /// <exception cref="ArgumentException">There is such a member already.</exception>
    public void Add(string name, long value) => Add(name, JsonElement.Parse(value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Adds a truth value.</summary>
    /// <exception cref="ArgumentException">There is such a member already.</exception>
    public void Add(string name, bool value) => Add(name, JsonElement.Parse(value ? "true" : "false"));
}
