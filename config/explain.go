package config

import (
	"encoding"
	"fmt"
	"os"
	"reflect"
	"strings"
)

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

// Explain prints what is in force and where it comes from, secrets hidden.
func (c *Config) Explain() string {
	var b strings.Builder
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		env := f.Tag.Get("env")
		now := shown(v.Field(i))
		from := "默认"
		switch {
		case os.Getenv(env) != "" || os.Getenv(env+"_FILE") != "":
			from = "环境变量"
		case now != standard(f):
			from = "参数"
		}
		fmt.Fprintf(&b, "%-28s %-8s %s\n", env, from, now)
	}
	return b.String()
}

func shown(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Duration:
		return x.D.String()
	case Number:
		return fmt.Sprint(x.N)
	case Bound:
		return fmt.Sprint(x.N)
	default:
		return fmt.Sprint(x)
	}
}

// standard is how a field's default is shown.
func standard(f reflect.StructField) string {
	v := reflect.New(f.Type)
	def := f.Tag.Get("default")
	if f.Type.Kind() == reflect.String {
		return def
	}
	if u, ok := v.Interface().(encoding.TextUnmarshaler); ok && def != "" {
		_ = u.UnmarshalText([]byte(def)) // a default that cannot be read fails the tests
	}
	return shown(v.Elem())
}
