package session

// Hash is how a token is kept.
var Hash = hash
