package log

// A verifier reads files from strangers: what it keeps in memory is bounded by these and by the size of the file itself,
// since nothing in a bundle is compressed.
const (
	mostBytes   = 1<<32 - 1<<20 // a bundle stays below what needs ZIP64
	mostLeaves  = 10_000_000
	mostSmall   = 16 << 20 // bytes of a file that is read whole
	mostPoints  = 100_000  // checkpoints: eleven years of hours
	mostLine    = 8 << 20  // bytes of a line: a developer's seat names all its unsold units
	mostMotions = 200
	mostScopes  = 1000
	mostKeys    = 16
)
