using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Qmp.Diagnostics;
using Pve.Qmp.Framing;
using Pve.Qmp.Transcripts;

namespace Pve.Qmp;

/// <summary>Writes all that travels in a conversation to a file, as a <see cref="QmpTranscript"/>; secrets are masked before.</summary>
/// <remarks>
/// Hand it to <see cref="QmpClientOptions.Recorder"/>. It belongs to the caller, who disposes it after the client; it records one
/// conversation at a time, and when that has ended, the next one into the same transcript. Times are by the first client's clock.
/// <para>It never holds the conversation up: lines wait in a bounded queue, and where the file does not keep up, the transcript says how
/// many are missing. A file that fails ends the recording and not the conversation: <see cref="Failure"/> has the reason, and it is logged.</para>
/// <para>Masked is the value of every member whose name ends in password, passwd, passphrase, secret, ticket, token and their like, and of
/// strings named key, cookie, pass, pin or sig; the data of <c>object-add</c>; secret properties in <c>qom-set</c> and <c>qom-get</c>;
/// monitor commands, and any other string, with a secret in it; and each string of an answer that repeats a word of what was masked in its
/// command. Keys sent to the guest, its memory and its consoles are not masked.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var recorder = QmpRecorder.ToFile("vm100.qmp.txt");
/// await using var recorded = await QmpClient.ConnectAsync(
///     QmpEndpoint.Unix("/run/vm/100.qmp"), new QmpClientOptions { Recorder = recorder }, cancellationToken);
/// await recorded.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed class QmpRecorder : IAsyncDisposable
{
    private readonly TextWriter _output;
    private readonly bool _leaveOpen;
    private readonly RecorderQueue _queue;
    private readonly TranscriptWriter _writer;
    private readonly Task _writing;
    private volatile ILogger _logger = NullLogger.Instance;
    private volatile Exception? _failure;
    private volatile bool _disposed;

    /// <summary>Records into a stream, as UTF-8.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">The options.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the recorder is disposed; it is closed unless told.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public QmpRecorder(Stream stream, QmpRecorderOptions? options = null, bool leaveOpen = false)
        : this(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: leaveOpen), options)
    {
    }

    /// <summary>Records into a text.</summary>
    /// <param name="writer">The text.</param>
    /// <param name="options">The options.</param>
    /// <param name="leaveOpen">Whether the writer stays open when the recorder is disposed; it is closed unless told.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public QmpRecorder(TextWriter writer, QmpRecorderOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(writer);
        options ??= new QmpRecorderOptions();
        options.Validate();
        (_output, _leaveOpen) = (writer, leaveOpen);
        _queue = new RecorderQueue(options.MaxQueuedBytes);
        _writer = new TranscriptWriter(writer, new SecretTable(options.SecretNames));
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>How many messages were not recorded, because the file did not keep up or failed.</summary>
    public long Missed => _queue.Missed;

    /// <summary>Why nothing is recorded any more; null as long as the file can be written.</summary>
    public Exception? Failure => _failure;

    /// <summary>Records into a file, in place of one that is there, which keeps its mode; only its owner may read a new one, save on Windows.</summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be created.</exception>
    public static QmpRecorder ToFile(string path, QmpRecorderOptions? options = null)
    {
        var file = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        options?.Validate();
        return new QmpRecorder(new FileStream(path, file), options);
    }

    /// <summary>Writes what waits, and ends the recording; a conversation that lasts goes on without it.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _queue.Close();
        await _writing.ConfigureAwait(false);
    }

    internal void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_queue.IsBusy)
        {
            throw new InvalidOperationException("The recorder records another conversation, which has not ended yet; give each client its own.");
        }
    }

    /// <summary>Begins a conversation; null where it cannot be recorded any more.</summary>
    internal IWireTap? Begin(string name, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        var conversation = new RecordedConversation(_queue);
        if (_queue.TryBegin(conversation, name, time))
        {
            return conversation;
        }

        Log.NotRecorded(logger, name);
        return null;
    }

    private async Task WriteAllAsync()
    {
        try
        {
            await WriteUntilClosedAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        // After a failure nothing is written any more: what came behind half a line could not be read.
        await foreach (var line in _queue.Lines.ReadAllAsync().ConfigureAwait(false))
        {
            _queue.Lost(line);
        }

        try
        {
            await (_leaveOpen ? _output.FlushAsync() : _output.DisposeAsync().AsTask()).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private async Task WriteUntilClosedAsync()
    {
        var begun = false;
        while (await _queue.Lines.WaitToReadAsync().ConfigureAwait(false))
        {
            if (!begun)
            {
                begun = true;
                await _writer.WriteHeaderAsync(_queue.StartedAt).ConfigureAwait(false);
            }

            while (_queue.Lines.TryRead(out var line))
            {
                await WriteAsync(line).ConfigureAwait(false);
            }

            await _output.FlushAsync().ConfigureAwait(false); // a process that dies leaves all of it behind
        }
    }

    private async Task WriteAsync(QueuedLine line)
    {
        try
        {
            await _writer.WriteAsync(line).ConfigureAwait(false);
        }
        catch
        {
            _queue.Lost(line);
            throw;
        }

        _queue.Done(line);
    }

    private void Fail(Exception reason)
    {
        if (_failure is null)
        {
            _failure = reason;
            Log.RecordingFailed(_logger, reason);
        }
    }
}
