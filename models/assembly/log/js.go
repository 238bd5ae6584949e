package log

import _ "embed"

// CheckJS is the verifier for the browser: verifyInclusion, verifyConsistency, readFragment, openCommitment on one
// global object, linliLog. It asks the network for nothing.
//
//go:embed check.js
var CheckJS []byte
