// Package log makes the ballots of an owners' meeting verifiable by people who do not trust the operator: commitments,
// an append-only Merkle log with signed checkpoints, proofs, receipts, and the bundle that anybody can check offline.
// Bytes in, bytes out: no database, no clock, no network; randomness comes from the caller.
package log
