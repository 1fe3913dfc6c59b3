using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Mtunnel;
using Pve.Migration;
using Pve.Qmp;

var qmpDirectory = new Option<DirectoryInfo>("--qmp-dir")
{
    Description = "where the monitors are: VM 100's is DIR/100.qmp",
    HelpName = "DIR",
    Required = true,
    Recursive = true,
};
qmpDirectory.AcceptExistingOnly();
var dialect = new Option<string>("--dialect")
{
    Description = "what to speak",
    HelpName = "v0|v1|v2",
    DefaultValueFactory = _ => "v1",
    CustomParser = ParseDialect,
};
var ahead = new Option<int?>("--vmid")
{
    Description = "the VM of this tunnel: its monitor is connected to ahead, which makes its resume quicker; v2, whose commands name none, needs it",
    HelpName = "N",
    CustomParser = result => ParseVmid(result),
};
var vmid = new Argument<int>("VMID") { Description = "the VM", CustomParser = ParseVmid };

var resume = new Command("resume", "lets one VM run, without a tunnel: the old way, one ssh a command") { vmid };
var root = new RootCommand("The target side of a migration tunnel, on standard input and output; ssh starts it.") { qmpDirectory, dialect, ahead, resume };

root.SetAction(async (result, token) =>
{
    await using var handler = NewHandler(result);
    var options = new MtunnelServerOptions
    {
        Dialect = result.GetValue(dialect) switch { "v0" => MtunnelDialect.V0, "v1" => MtunnelDialect.V1, _ => MtunnelDialect.V2 },
        Vmid = result.GetValue(ahead),
    };
    using var served = CancellationTokenSource.CreateLinkedTokenSource(token);
    var serving = MtunnelServer.ServeAsync(new StandardPipe(), handler, options, token);
    var connecting = result.GetValue(ahead) is { } vm ? ConnectAheadAsync(handler, vm, served.Token) : Task.CompletedTask;
    try
    {
        await serving;
        return 0;
    }
    catch (MtunnelException e)
    {
        await Console.Error.WriteLineAsync($"mtunnel: {e.Message}");
        return 1;
    }
    finally
    {
        await served.CancelAsync();
        await connecting;
    }
});

resume.SetAction(async (result, token) =>
{
    await using var handler = NewHandler(result);
    try
    {
        await handler.ResumeAsync(result.GetValue(vmid), token);
        return 0;
    }
    catch (Exception e) when (e is MtunnelException or QmpException)
    {
        await Console.Error.WriteLineAsync($"mtunnel: resume failed - {e.Message}");
        return 1;
    }
});

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync($"mtunnel: {parsed.Errors[0].Message.ReplaceLineEndings(" ")} See mtunnel --help.");
    return 2;
}

if (parsed.CommandResult.Command == root && parsed.GetValue(dialect) == "v2" && parsed.GetValue(ahead) is null)
{
    await Console.Error.WriteLineAsync("mtunnel: --dialect v2 needs --vmid N, since its commands name no VM. See mtunnel --help.");
    return 2;
}

return await parsed.InvokeAsync();

QmpMtunnelHandler NewHandler(ParseResult result)
{
    var directory = result.GetRequiredValue(qmpDirectory).FullName;
    return new QmpMtunnelHandler(vm => QmpEndpoint.Unix(Path.Combine(directory, $"{vm}.qmp")));
}

static string ParseDialect(ArgumentResult result)
{
    var text = result.Tokens[0].Value;
    if (text is not ("v0" or "v1" or "v2"))
    {
        result.AddError($"--dialect takes v0, v1 or v2, not '{text}'.");
    }

    return text;
}

static int ParseVmid(ArgumentResult result)
{
    var text = result.Tokens[0].Value;
    if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var vm) || vm is < 1 or > 999_999_999)
    {
        result.AddError($"A VM's number is within 1 to 999999999, not '{text}'.");
    }

    return vm;
}

// The VM may start later than its tunnel; its resume then connects by itself.
static async Task ConnectAheadAsync(QmpMtunnelHandler handler, int vm, CancellationToken cancellationToken)
{
    try
    {
        await handler.ConnectAsync(vm, cancellationToken);
    }
    catch (QmpException e)
    {
        await Console.Error.WriteLineAsync($"mtunnel: {e.Message}");
    }
    catch (OperationCanceledException)
    {
        // the tunnel has ended first
    }
}
