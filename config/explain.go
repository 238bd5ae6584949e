package config

import (
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
