package config

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Secret is a text that is never printed. It may come from the file that <VARIABLE>_FILE names.
type Secret struct{ value string }

// Value gives the secret itself.
func (s Secret) Value() string { return s.value }

// String hides it.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return "******"
}

// LogValue hides it from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes it from a flag or the environment.
func (s *Secret) UnmarshalText(b []byte) error {
	s.value = string(b)
	return nil
}

// NewSecret wraps a text, for wiring and tests.
func NewSecret(v string) Secret { return Secret{value: v} }

// Duration is a time span such as "30s". A malformed one is kept and reported by Check together with all others.
type Duration struct {
	D   time.Duration
	err error
}

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(b []byte) error {
	d.D, d.err = time.ParseDuration(string(b))
	if d.err != nil || d.D <= 0 {
		d.err = fmt.Errorf("%q 不是时长，应写成 30s、5m 或 720h", b)
	}
	return nil
}

// Number is a positive whole number; see Duration for mistakes.
type Number struct {
	N   int64
	err error
}

// UnmarshalText reads it.
func (n *Number) UnmarshalText(b []byte) error {
	n.N, n.err = strconv.ParseInt(string(b), 10, 64)
	if n.err != nil || n.N <= 0 {
		n.err = fmt.Errorf("%q 不是正整数", b)
	}
	return nil
}

// resolve reads the secrets from files and collects what the types could not read.
func (c *Config) resolve(getenv func(string) string, readFile func(string) ([]byte, error)) []error {
	var errs []error
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		env := v.Type().Field(i).Tag.Get("env")
		switch f := v.Field(i).Addr().Interface().(type) {
		case *Duration:
			if f.err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", env, f.err))
			}
		case *Number:
			if f.err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", env, f.err))
			}
		case *Secret:
			path := getenv(env + "_FILE")
			if path == "" {
				continue
			}
			if f.value != "" {
				errs = append(errs, fmt.Errorf("%s: 和 %s_FILE 只能填一个", env, env))
				continue
			}
			raw, err := readFile(path)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s_FILE: 读不到文件 %s", env, path))
				continue
			}
			f.value = strings.TrimRight(string(raw), "\r\n")
		}
	}
	return errs
}

// Table is the README's table of variables, made from the struct.
func Table() string {
	var b strings.Builder
	b.WriteString("| 环境变量 | 参数 | 默认 | 说明 |\n| --- | --- | --- | --- |\n")
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		f := t.Field(i)
		env := f.Tag.Get("env")
		name := "`" + env + "`"
		if f.Type == reflect.TypeFor[Secret]() {
			name += " 或 `" + env + "_FILE`"
		}
		flag := f.Tag.Get("name")
		if flag == "" {
			flag = strings.ToLower(f.Name)
		}
		def := f.Tag.Get("default")
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| %s | `--%s` | %s | %s |\n", name, flag, def, f.Tag.Get("help"))
	}
	return b.String()
}

// Explain prints what is in force, secrets hidden.
func (c *Config) Explain() string {
	var b strings.Builder
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		env := f.Tag.Get("env")
		from := "默认"
		if os.Getenv(env) != "" || os.Getenv(env+"_FILE") != "" {
			from = "环境变量"
		}
		shown := v.Field(i).Interface()
		switch x := shown.(type) {
		case Duration:
			shown = x.D
		case Number:
			shown = x.N
		}
		fmt.Fprintf(&b, "%-28s %-8s %v\n", env, from, shown)
	}
	return b.String()
}
