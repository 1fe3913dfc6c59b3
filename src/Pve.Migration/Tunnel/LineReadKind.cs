namespace Pve.Migration.Tunnel;

internal enum LineReadKind
{
    Line,

    // the stream ended behind a LF
    End,

    // the stream ended in the middle of a line
    CutOff,

    // more bytes than the limit, with or without a LF behind them
    TooLong,

    // a line was begun, and not ended in time
    Stalled,
}
