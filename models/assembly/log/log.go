// Package log makes the ballots of an owners' meeting verifiable by people who do not trust the operator: commitments,
// an append-only Merkle log with signed checkpoints, proofs, receipts, and the bundle that anybody can check offline.
// Bytes in, bytes out: no database, no clock, no network; randomness comes from the caller.
//
// Every accepted ballot version is a leaf, a commitment in two steps: Seal hides the choice, Commit binds the seal to
// meeting, motion, seat and version. Marks (superseded, invalid, restored) are leaves too. Bundles carry all leaves and so
// need no proof for each: the verifier rebuilds every checkpoint's root from them. Proofs for single leaves are for the
// browser, which has one receipt and not the bundle.
//
// # Who finds what
//
//   - A byte of a bundle changed by anybody without the key: Verify, from the bundle alone.
//   - A bundle made anew with another key: Verify with a pinned key; Compare with a bundle that somebody else has.
//   - A log rewritten after a checkpoint, a checkpoint withheld from a bundle, two logs shown to two people: whoever kept
//     a published checkpoint or another bundle.
//   - A ballot dropped before its leaf: its voter, with the receipt (page or verify --receipt).
//   - A ballot marked superseded that gave way to none or to the wrong one, a second ballot of a seat, a seat outside roll or scope, an area
//     or a roll row changed after freezing, a choice changed, a wrong count or threshold: Verify on the owners' edition.
//   - No checkpoint of the close: Verify on either edition. None while people voted for more than an hour: it says so.
//   - A way or an order of ballots that is not how they came: the seat's owners, who know it. Nobody else can know.
//   - A ballot marked invalid without ground: its voter sees mark and reason, every owner sees which seat.
//   - A ballot invented for a seat that did not vote: that seat's owners, in the owners' edition. Nobody else can know.
//
// # What it does not do
//
//   - The public edition proves that the log is whole, how many ballots count, and that the result of a plain motion follows
//     from its sums; that the sums are the ballots' needs the owners' edition, since commitments stay closed in public.
//   - The server makes secrets and sees choices. Named ballots are the law's default; a voter's own page could show a
//     choice and log another, and only opening the receipt elsewhere shows it.
//   - A secret on a receipt proves the choice to whoever is shown it: it does not protect against pressure.
//   - Small motions: totals published by law may show a choice where few took part, with or without this package.
//   - Times are the operator's word. A checkpoint proves what stood before it, no earlier than somebody kept it.
//
// Secret ballots would be another kind of leaf, with the turnout (seat, motion, version) and the encrypted choice in
// two files that share no row; kinds of leaves, files and formats are versioned for that.
package log
