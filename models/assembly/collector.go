package assembly

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Bounds of casting.
const (
	maxBatch     = 256  // casts that share one commit
	secondBatch  = 32   // casts that wait are worth a commit of their own beside the one under way
	maxWaiting   = 4096 // casts that wait; beyond that callers are asked to try again
	batchTimeout = 20 * time.Second
)

// ErrBusy asks to try again: nothing was taken.
var ErrBusy = fault.New(fault.Limited, "voting.busy", "现在投票的人很多，您的票还没有收下，请稍等几秒再试")

// casting is one cast on its way.
type casting struct {
	in     Cast
	id     int64 // of its envelope, where it is accepted
	got    *Receipt
	err    error
	seat   *Seat
	secret []byte
	// credential is the document by which somebody other than an owner votes.
	credential int64
	proxy      *Proxy // of an agent's cast
}

// put waits until the cast is committed or refused, together with others of this process. A caller that leaves early leaves the cast
// behind: it may be committed, and the same client_ref then answers its receipt.
func (s *Service) put(ctx context.Context, x *casting) error {
	x.in.Choices = slices.Clone(x.in.Choices) // they are brought into their one form here; the caller's stay as they are
	for i := range x.in.Choices {
		x.in.Choices[i].Choice = strings.TrimSpace(x.in.Choices[i].Choice)
	}
	if err := s.casts.Put(ctx, x); errors.Is(err, store.ErrFull) {
		return ErrBusy.After(3)
	}
	if x.got == nil && x.err == nil { // the round did not come to an end
		return fault.ErrInternal
	}
	return x.err
}
