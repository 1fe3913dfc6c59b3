using System.Text.Json;
using Pve.Qmp;
using Machine = Pve.Migration.Testing.QemuProcess;

namespace Pve.Integration.Tests.Qmp;

/// <summary>A paused QEMU with a machine and a client, and a directory for its files; all end together.</summary>
internal sealed class QmpMachine : IAsyncDisposable
{
    private readonly Machine _machine;
    private readonly CancellationTokenSource _deadline;

    private QmpMachine(string directory, Machine machine, QmpClient client, CancellationTokenSource deadline)
        => (Directory, _machine, Client, _deadline) = (directory, machine, client, deadline);

    public string Directory { get; }

    public QmpClient Client { get; }

    /// <summary>Ends what waits for an event that does not come.</summary>
    public CancellationToken Ct => _deadline.Token;

    /// <summary>Starts QEMU; in <paramref name="arguments"/>, <c>DIR</c> is the directory, in which <paramref name="prepare"/> may put files.</summary>
    public static async Task<QmpMachine> StartAsync(Action<string>? prepare, params string[] arguments)
    {
        var install = await RealQemu.RequireAsync();
        var directory = System.IO.Directory.CreateTempSubdirectory("qmp-").FullName;
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        Machine? machine = null;
        try
        {
            prepare?.Invoke(directory);
            machine = await Machine.StartAsync(new()
            {
                Directory = directory,
                VmId = "1",
                Binary = install.Path,
                Paused = true,
                ExtraArguments = [.. arguments.Select(argument => argument.Replace("DIR", directory, StringComparison.Ordinal))],
            }, cancellationToken: deadline.Token);
            var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(machine.QmpPath), cancellationToken: deadline.Token);
            return new(directory, machine, client, deadline);
        }
        catch
        {
            await (machine?.DisposeAsync() ?? ValueTask.CompletedTask);
            deadline.Dispose();
            System.IO.Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    public string Path(string file) => System.IO.Path.Combine(Directory, file);

    public Task<TResult> DoAsync<TResult>(QmpCommand<QmpNothing, TResult> command) => Client.ExecuteAsync(command, cancellationToken: Ct);

    public Task<TResult> DoAsync<TArguments, TResult>(QmpCommand<TArguments, TResult> command, TArguments arguments)
        => Client.ExecuteAsync(command, arguments, cancellationToken: Ct);

    /// <summary>Reads events until one of this type is as it should be.</summary>
    public async Task<TData> WaitAsync<TData>(QmpEventSubscription events, QmpEventType<TData> type, Func<TData, bool> isIt)
    {
        while (true)
        {
            if (type.TryRead(await events.ReadAsync(Ct), out var data) && isIt(data))
            {
                return data;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _machine.DisposeAsync();
        _deadline.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
