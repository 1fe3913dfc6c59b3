using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp.Schema;

/// <summary>What QEMU is asked about itself.</summary>
internal static class SchemaCommands
{
    public static readonly QmpCommand<QmpNothing, IReadOnlyList<CommandName>> QueryCommands
        = new("query-commands", SchemaJson.Default.QmpNothing, SchemaJson.Default.IReadOnlyListCommandName);

    public static readonly QmpCommand<QmpNothing, QmpSchema> QuerySchema
        = new("query-qmp-schema", SchemaJson.Default.QmpNothing, SchemaJson.Default.QmpSchema);

    /// <summary>Typed arguments as JSON; undefined where there are none.</summary>
    public static JsonElement ToElement<TArguments>(TArguments arguments, JsonTypeInfo<TArguments> type) => arguments switch
    {
        null or QmpNothing => default,
        JsonElement element => element,
        _ => JsonSerializer.SerializeToElement(arguments, type),
    };
}
