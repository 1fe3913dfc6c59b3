using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pve.Qmp;

namespace Pve.Benchmarks.Qmp;

/// <summary>Clients that are connected over unix sockets and silent: the memory that each holds.</summary>
internal static class IdleClientsBenchmark
{
    public static async Task RunAsync(int count, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("pve-").FullName;
        var path = Path.Combine(directory, "qmp");
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(path));
        server.Listen(count);
        var peers = new List<Socket>();
        var clients = new List<QmpClient>();
        try
        {
            for (var i = 0; i < 10; i++)
            {
                await ConnectAsync(); // whatever the first ones cost
            }

            var before = Held();
            for (var i = 0; i < count; i++)
            {
                await ConnectAsync();
            }

            var after = Held();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{count} idle clients: {(after.Managed - before.Managed) / 1024.0 / count:0.0} KiB managed each, {(after.Resident - before.Resident) / 1024.0 / count:0.0} KiB resident each"));
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }

            peers.ForEach(peer => peer.Dispose());
            Directory.Delete(directory, recursive: true);
        }

        async Task ConnectAsync()
        {
            var connecting = QmpClient.ConnectAsync(QmpEndpoint.Unix(path), cancellationToken: cancellationToken);
            var peer = await server.AcceptAsync(cancellationToken);
            peers.Add(peer);
            await peer.SendAsync(Encoding.UTF8.GetBytes(
                """{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}""" + "\r\n" + """{"return": {}, "id": 0}""" + "\r\n"), cancellationToken);
            clients.Add(await connecting);
        }
    }

    private static (long Managed, long Resident) Held()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }
}
