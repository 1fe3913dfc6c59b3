namespace Pve.Integration.Tests.Ssh;

// `qm mtunnel` in a few lines of shell.
internal static class StandIns
{
    public const string V0 =
        """
        echo 'tunnel online'
        while IFS= read -r line; do
            case "$line" in quit) exit 0 ;; esac
        done
        """;

    public const string V1 =
        """
        printf 'tunnel online\nver 1\n'
        while IFS= read -r line; do
            case "$line" in
                quit) echo OK; exit 0 ;;
                'resume 404') printf 'ERR: resume failed - VM 404 not running\nOK\n' ;;
                'resume 666') exit 3 ;;
                resume\ [1-9]*) echo OK ;;
            esac
        done
        """;
}
