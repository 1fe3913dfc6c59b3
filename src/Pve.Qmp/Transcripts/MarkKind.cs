namespace Pve.Qmp.Transcripts;

internal enum MarkKind
{
    Connected,
    Gap,
    ClosedByUs,
    ClosedByPeer,
    Lost,
    ProtocolError,
    RecordingEnded,
}
