using System.Threading.Channels;

namespace Pve.Migration.Engine;

/// <summary>Wakes one waiter; a signal given while nobody waits is kept, a second one is not.</summary>
internal sealed class AutoResetSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _channel.Writer.TryWrite(true);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAsync(cancellationToken);
}
