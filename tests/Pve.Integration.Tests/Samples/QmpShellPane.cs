using System.Diagnostics;
using System.Globalization;

namespace Pve.Integration.Tests.Samples;

/// <summary>qmpshell in a real terminal: a tmux server of its own with one pane, where a shell starts it and says how it ended.</summary>
internal sealed class QmpShellPane : IAsyncDisposable
{
    private const string Tmux = "tmux";
    private const string Ended = "exit code ";

    // Ctrl-C is for the program alone; cat keeps the pane.
    private const string Starter = $"trap : INT; \"$@\"; printf '\\n{Ended}%s\\n' $?; exec cat";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("pve-t-").FullName;

    private QmpShellPane()
    {
    }

    /// <summary>Where the shell keeps its history.</summary>
    public string HistoryFile => Path.Combine(_folder, "qmpshell", "history");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Starts the shell in a terminal of <paramref name="columns"/> and 50 rows.</summary>
    public static async Task<QmpShellPane> StartAsync(int columns, params string[] arguments)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, Tmux))), $"{Tmux} is not installed");
        var pane = new QmpShellPane();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(pane._folder, "conf"), "set -s escape-time 0\n", Ct);
            await pane.RunAsync(["new-session", "-d", "-x", columns.ToString(CultureInfo.InvariantCulture), "-y", "50",
                "sh", "-c", Starter, "sh", BuiltProgram.PathOf("qmpshell"), .. arguments]);
            return pane;
        }
        catch
        {
            await pane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Types text as it is.</summary>
    public Task TypeAsync(string text) => RunAsync(["send-keys", "-l", text]);

    /// <summary>Presses keys by tmux's names, such as <c>Enter</c>, <c>C-c</c>, <c>Up</c>.</summary>
    public Task PressAsync(params string[] keys) => RunAsync(["send-keys", .. keys]);

    /// <summary>Waits until the screen is as wanted, and returns its lines; a line that wraps is one.</summary>
    public async Task<List<string>> WaitForAsync(Func<List<string>, bool> wanted)
    {
        List<string> screen = [];
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        using var looking = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, Ct);
        using var timer = new PeriodicTimer(Glance, TimeProvider.System);
        try
        {
            do
            {
                screen = await CaptureAsync();
            }
            while (!wanted(screen) && await timer.WaitForNextTickAsync(looking.Token));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            Assert.Fail("The screen stayed like this:\n" + string.Join('\n', screen));
        }

        return screen;
    }

    /// <summary>Waits until the screen's last line is <paramref name="line"/>.</summary>
    public Task<List<string>> WaitForLastAsync(string line) => WaitForAsync(screen => screen[^1] == line);

    /// <summary>What is on the screen, and what was before.</summary>
    public Task<List<string>> ReadAllAsync() => CaptureAsync("-S", "-");

    /// <summary>Waits until the program has ended, and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        var screen = await WaitForAsync(screen => screen[^1].StartsWith(Ended, StringComparison.Ordinal));
        return int.Parse(screen[^1][Ended.Length..], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RunAsync(["kill-server"]);
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task<List<string>> CaptureAsync(params string[] arguments)
        => (await RunAsync(["capture-pane", "-p", "-J", .. arguments])).TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToList();

    private async Task<string> RunAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Tmux, ["-S", Path.Combine(_folder, "socket"), "-f", Path.Combine(_folder, "conf"), "-u", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_STATE_HOME"] = _folder;
        start.Environment["DOTNET_ROOT"] = SampleProgram.DotnetRoot;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["TZ"] = "UTC";
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.True(process.ExitCode == 0, await error);
        return output;
    }
}
