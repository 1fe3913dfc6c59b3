namespace Pve.Qmp.Tests.SchemaQuery;

/// <summary>Schemas to ask: one written by hand that has a case of everything, and excerpts of real ones (<c>excerpt.py</c>).</summary>
internal static class SchemaSamples
{
    /// <summary>A disk may have a disk behind it; levels may grow; a variant's variant is a union of its own.</summary>
    public const string Small = """
        [
          {"name": "set", "meta-type": "command", "arg-type": "1", "ret-type": "0", "features": ["savevm-monitor-nodes"]},
          {"name": "names", "meta-type": "command", "arg-type": "0", "ret-type": "[2]"},
          {"name": "peek", "meta-type": "command", "arg-type": "0", "ret-type": "3", "allow-oob": true, "features": ["unstable", "deprecated"]},
          {"name": "device_add", "meta-type": "command", "arg-type": "12", "ret-type": "0"},
          {"name": "netdev_add", "meta-type": "command", "arg-type": "12", "ret-type": "0"},
          {"name": "PING", "meta-type": "event", "arg-type": "0"},
          {"name": "CHANGED", "meta-type": "event", "arg-type": "3", "features": ["deprecated"], "since": {"unknown": ["to us"]}},
          {"name": "0", "meta-type": "object", "members": []},
          {"name": "1", "meta-type": "object", "members": [
            {"name": "level", "type": "2"},
            {"name": "mode", "default": null, "type": "4"},
            {"name": "items", "default": null, "type": "[3]"},
            {"name": "disk", "default": null, "type": "6"},
            {"name": "note", "default": null, "type": "str", "features": ["deprecated"]},
            {"name": "more", "default": null, "type": "any"},
            {"name": "__com.vendor_x", "default": null, "type": "3"},
            {"name": "size", "default": null, "type": "9"}]},
          {"name": "2", "meta-type": "enum", "values": ["low", "high"]},
          {"name": "[2]", "meta-type": "array", "element-type": "2"},
          {"name": "3", "meta-type": "object", "members": [{"name": "kind", "type": "5"}, {"name": "on", "type": "bool"}, {"name": "level", "default": 0, "type": "2"}]},
          {"name": "[3]", "meta-type": "array", "element-type": "3"},
          {"name": "4", "meta-type": "enum", "members": [{"name": "plain"}, {"name": "x-odd", "features": ["unstable"]}], "values": ["plain", "x-odd"]},
          {"name": "5", "meta-type": "enum", "members": [{"name": "a"}, {"name": "b"}, {"name": "c"}], "values": ["a", "b", "c"]},
          {"name": "6", "meta-type": "alternate", "members": [{"type": "7"}, {"type": "str"}, {"type": "null"}]},
          {"name": "7", "meta-type": "object", "tag": "driver", "members": [{"name": "driver", "type": "8"}, {"name": "id", "default": null, "type": "str"}],
            "variants": [{"case": "file", "type": "10"}, {"case": "qcow", "type": "11"}, {"case": "net", "type": "13"}]},
          {"name": "8", "meta-type": "enum", "values": ["file", "qcow", "net", "null"]},
          {"name": "9", "meta-type": "alternate", "members": [{"type": "int"}, {"type": "4"}, {"type": "[2]"}]},
          {"name": "10", "meta-type": "object", "features": ["dynamic"], "members": [{"name": "path", "type": "str"}, {"name": "cache", "default": null, "type": "4"}]},
          {"name": "11", "meta-type": "object", "members": [{"name": "backing", "type": "6"}, {"name": "cache", "default": null, "type": "2"}]},
          {"name": "12", "meta-type": "object", "members": [{"name": "driver", "type": "str"}, {"name": "id", "default": null, "type": "str"}]},
          {"name": "13", "meta-type": "object", "tag": "proto", "members": [{"name": "proto", "type": "14"}],
            "variants": [{"case": "tcp", "type": "15"}]},
          {"name": "14", "meta-type": "enum", "values": ["tcp", "fd"]},
          {"name": "15", "meta-type": "object", "members": [{"name": "port", "type": "number"}]},
          {"name": "str", "meta-type": "builtin", "json-type": "string"},
          {"name": "int", "meta-type": "builtin", "json-type": "int"},
          {"name": "number", "meta-type": "builtin", "json-type": "number"},
          {"name": "bool", "meta-type": "builtin", "json-type": "boolean"},
          {"name": "null", "meta-type": "builtin", "json-type": "null"},
          {"name": "any", "meta-type": "builtin", "json-type": "value"},
          {"name": "16", "meta-type": "of a QEMU to come", "members": [{"name": "x"}]}
        ]
        """;

    public static QmpSchema Written { get; } = QmpSchema.Parse(System.Text.Encoding.UTF8.GetBytes(Small));

    public static QmpSchema Qemu72 { get; } = QmpSchema.Parse(Excerpt("qemu-7.2"));

    public static QmpSchema Qemu100 { get; } = QmpSchema.Parse(Excerpt("qemu-10.0"));

    public static byte[] Excerpt(string qemu)
    {
        using var stream = typeof(SchemaSamples).Assembly.GetManifestResourceStream("SchemaQuery/" + qemu)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
