package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/linli-city/linli/models/fault"
)

func TestACopyStillMatchesItsSentinel(t *testing.T) {
	t.Parallel()
	sentinel := fault.New(fault.Conflict, "case.taken", "已有")
	other := fault.New(fault.Conflict, "case.other", "已有")
	copied := sentinel.Saying("换一句").With(fault.Field{Path: "a", Reason: "b"}).After(30)
	wrapped := fmt.Errorf("file a case: %w", copied)
	if !errors.Is(wrapped, sentinel) || errors.Is(wrapped, other) {
		t.Error("a fault is matched by more or less than its code")
	}
	if sentinel.Message != "已有" || sentinel.Fields != nil || sentinel.RetryAfter != 0 {
		t.Errorf("the copy changed its sentinel: %+v", sentinel)
	}
	got := fault.Of(wrapped)
	if got.Kind != fault.Conflict || got.Message != "换一句" || len(got.Fields) != 1 || got.RetryAfter != 30 {
		t.Errorf("for people: %+v", got)
	}
	two := copied.With(fault.Field{Path: "c"})
	three := copied.With(fault.Field{Path: "d"})
	if two.Fields[1].Path != "c" || three.Fields[1].Path != "d" || len(copied.Fields) != 1 {
		t.Error("two copies share their fields")
	}
}

func TestAForeignErrorShowsNothing(t *testing.T) {
	t.Parallel()
	if f := fault.Of(fmt.Errorf("SELECT name: %w", io.EOF)); f != fault.ErrInternal {
		t.Errorf("for people: %+v", f)
	}
	if f := fault.Of(nil); f != nil {
		t.Errorf("no error became %+v", f)
	}
}

func TestChecksNameEveryWrongField(t *testing.T) {
	t.Parallel()
	var c fault.Checks
	c.Check(true, "name", "x")
	if err := c.Err(); err != nil {
		t.Errorf("nothing is wrong: %v", err)
	}
	c.Check(false, "phone", "请填写手机号")
	c.Check(false, "area", "请填写面积")
	err := c.Err()
	if !errors.Is(err, fault.ErrInvalid) || len(fault.Of(err).Fields) != 2 {
		t.Errorf("two wrong fields: %v", err)
	}
}
