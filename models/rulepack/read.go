package rulepack

import "fmt"

// Find gives a value with its source, set or not. Fault: ErrUnknown.
func (s *Set) Find(key string) (Value, error) {
	v, ok := s.values[key]
	if !ok {
		return Value{}, ErrUnknown.Saying("没有名为“" + key + "”的规则")
	}
	return v, nil
}

// Int reads a value of kind int, days, years, money (fen) or rate (basis points). Faults: ErrUnset, ErrUnknown.
func (s *Set) Int(key string) (int64, error) { return read[int64](s, key) }

// Fraction reads a threshold. Faults: ErrUnset, ErrUnknown.
func (s *Set) Fraction(key string) (Share, error) { return read[Share](s, key) }

// Clock reads a handling period. Faults: ErrUnset, ErrUnknown.
func (s *Set) Clock(key string) (Term, error) { return read[Term](s, key) }

// Flag reads a yes or no. Faults: ErrUnset, ErrUnknown.
func (s *Set) Flag(key string) (bool, error) { return read[bool](s, key) }

// Text reads a line of text or a choice. Faults: ErrUnset, ErrUnknown.
func (s *Set) Text(key string) (string, error) { return read[string](s, key) }

// List reads a list. Faults: ErrUnset, ErrUnknown.
func (s *Set) List(key string) ([]string, error) { return read[[]string](s, key) }

// read parses on every call: a set is small, and a value must never be read as another kind than it was written as.
func read[T any](s *Set, key string) (T, error) {
	var zero T
	v, err := s.Find(key)
	if err != nil {
		return zero, err
	}
	if err := v.need(); err != nil {
		return zero, err
	}
	parsed, err := v.parse(v.Raw)
	if err != nil {
		return zero, fmt.Errorf("rule %s: %w", key, err)
	}
	t, ok := parsed.(T)
	if !ok {
		return zero, fmt.Errorf("rule %s is of kind %s, not %T", key, v.Kind, zero)
	}
	return t, nil
}
