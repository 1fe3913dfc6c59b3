using System.Text.Json;
using Pve.AotSmoke;
using Pve.Migration;
using Pve.Qmp;
using Pve.Qmp.Commands;

using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
try
{
    await TalkQmpAsync(deadline.Token);
    await TunnelAsync(deadline.Token);
    Console.WriteLine("Pve.Qmp and Pve.Migration work as native AOT.");
    return 0;
}
catch (Exception e)
{
    await Console.Error.WriteLineAsync($"{e}");
    return 1;
}

static async Task TalkQmpAsync(CancellationToken token)
{
    await using var monitor = new ScriptedMonitor(token);
    await using var qemu = await QmpClient.ConnectAsync(monitor.Client, "scripted", cancellationToken: token);
    Require(qemu.Greeting.Version.Qemu == new QmpVersion(7, 2, 22), "the greeting");

    var status = await qemu.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: token);
    Require(status.Status == RunState.Running, "a typed result");

    using var events = qemu.Subscribe("STOP");
    await qemu.ExecuteAsync(QmpCommands.Stop, cancellationToken: token);
    await foreach (var e in events.WithCancellation(token))
    {
        Require(e.Name == "STOP", "an event");
        break;
    }

    var capabilities = new MigrateSetCapabilities([new MigrationCapabilityStatus(MigrationCapability.Events, true)]);
    await qemu.ExecuteAsync(QmpCommands.MigrateSetCapabilities, capabilities, cancellationToken: token);
    Require(monitor.LastLine.Contains("\"capability\":\"events\"", StringComparison.Ordinal), "typed arguments");

    var schema = QmpSchema.Parse("""
        [{"name": "c", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
         {"name": "0", "meta-type": "object", "members": [{"name": "a", "type": "1", "default": null}, {"name": "b", "type": "2"}]},
         {"name": "1", "meta-type": "enum", "values": ["x"]}, {"name": "2", "meta-type": "builtin", "json-type": "int"}]
        """u8);
    var fit = schema.Fit("c", JsonElement.Parse("""{"a": "y", "b": 7}"""));
    Require(fit.Arguments.GetRawText() == """{"b":7}""" && fit.Omitted is ["a (y)"], "arguments without what is unknown");

    try
    {
        await qemu.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: token);
        Require(false, "an error");
    }
    catch (QmpCommandException e)
    {
        Require(e.ErrorClass == "GenericError" && e.ConnectionUsable, "an error's class");
    }
}

static async Task TunnelAsync(CancellationToken token)
{
    foreach (var dialect in new[] { MtunnelDialect.V0, MtunnelDialect.V1 })
    {
        var handler = new CountingHandler();
        var server = new MtunnelServerOptions { Dialect = dialect };
        var transport = new InProcessTransport((pipe, stop) => MtunnelServer.ServeAsync(pipe, handler, server, stop));
        await using var tunnel = await MtunnelClient.OpenAsync(transport, cancellationToken: token);
        if (dialect == MtunnelDialect.V1)
        {
            Require(await tunnel.Negotiated.WaitAsync(token) == dialect, "the dialect");
            await tunnel.ResumeAsync(100, token);
            Require(handler.Resumed == 100, "a resume");
        }

        Require(tunnel.SettleDialect() == dialect, "the settled dialect");
        await tunnel.QuitAsync(token);
    }
}

static void Require(bool holds, string what)
{
    if (!holds)
    {
        throw new InvalidOperationException($"{what} is not as expected");
    }
}
