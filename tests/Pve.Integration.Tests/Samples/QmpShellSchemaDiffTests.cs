using System.Text;
using Pve.Qmp;
using QmpShell.Batch;

namespace Pve.Integration.Tests.Samples;

/// <summary>Two schemas side by side.</summary>
public sealed class QmpShellSchemaDiffTests
{
    private const string First = """
        [{"name": "stop", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
         {"name": "migrate", "meta-type": "command", "arg-type": "1", "ret-type": "0"},
         {"name": "STOP", "meta-type": "event", "arg-type": "0"},
         {"name": "0", "meta-type": "object", "members": []},
         {"name": "1", "meta-type": "object", "members": [{"name": "uri", "type": "str"}, {"name": "mode", "type": "2"}]},
         {"name": "2", "meta-type": "enum", "values": ["normal", "gone"]},
         {"name": "str", "meta-type": "builtin", "json-type": "string"}]
        """;

    private const string Second = """
        [{"name": "migrate", "meta-type": "command", "arg-type": "1", "ret-type": "0"},
         {"name": "STOP", "meta-type": "event", "arg-type": "3"},
         {"name": "0", "meta-type": "object", "members": []},
         {"name": "1", "meta-type": "object", "members": [{"name": "uri", "type": "str"}, {"name": "mode", "type": "2"}, {"name": "channels", "type": "[3]"}]},
         {"name": "2", "meta-type": "enum", "values": ["normal", "cpr"]},
         {"name": "[3]", "meta-type": "array", "element-type": "3"},
         {"name": "3", "meta-type": "object", "members": [{"name": "inner", "type": "str"}, {"name": "next", "type": "[3]", "default": null}]},
         {"name": "str", "meta-type": "builtin", "json-type": "string"}]
        """;

    [Fact]
    public void What_only_one_has_is_listed_once_and_in_order() => Assert.Equal(
        [
            "+ command migrate channels", "+ command migrate mode=cpr", "- command migrate mode=gone", "- command stop", "+ event STOP inner", "+ event STOP next",
        ],
        SchemaDiff.Compare(QmpSchema.Parse(Encoding.UTF8.GetBytes(First)), QmpSchema.Parse(Encoding.UTF8.GetBytes(Second))));
}
