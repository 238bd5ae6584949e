package wechat

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	// tripAfter failures in a row, calls of a group fail at once.
	tripAfter = 5
	// pause is how long; then one call tries.
	pause = 15 * time.Second
)

type breaker = gobreaker.CircuitBreaker[struct{}]

// newBreaker guards one operation. An answer of WeChat is health, even a refusal; silence, nonsense and "busy" are not.
// A caller that went away says nothing either way.
func newBreaker(op string, log *slog.Logger) *breaker {
	return gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:         op,
		Timeout:      pause,
		ReadyToTrip:  func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= tripAfter },
		IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, errNoApp) || answered(err) },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			log.Warn("wechat breaker changed", "operation", name, "from", from.String(), "to", to.String())
		},
	})
}

func answered(err error) bool {
	code, _ := errcode(err)
	return code != 0 && code != codeBusy
}
