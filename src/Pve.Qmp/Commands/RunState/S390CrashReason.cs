using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Why an s390x guest crashed (QAPI S390CrashReason).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new S390CrashReason("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == S390CrashReason.Unknown;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<S390CrashReason>))]
public readonly record struct S390CrashReason(string Value) : IOpenName<S390CrashReason>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly S390CrashReason Unknown = new("unknown");

    public static readonly S390CrashReason DisabledWait = new("disabled-wait");

    public static readonly S390CrashReason ExtintLoop = new("extint-loop");

    public static readonly S390CrashReason PgmintLoop = new("pgmint-loop");

    public static readonly S390CrashReason OpintLoop = new("opint-loop");

    /// <inheritdoc/>
    public static S390CrashReason FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
