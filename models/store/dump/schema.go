package dump

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/store"
)

// shape is a table as it is found in the database.
type shape struct {
	Name    string
	Columns []column // by name
	Key     []string // the primary key, in its order
}

// querier is a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Both queries give (table, column, type, place in the primary key or 0). The tables that keep the schema's version
// are left out: the archive's head carries it.
var schemaQuery = map[store.Dialect]string{
	store.SQLite: `SELECT m.name, c.name, c.type, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name NOT IN ('schema_version', 'schema_lock')`,
	store.MySQL: `SELECT c.table_name, c.column_name, c.column_type, COALESCE(k.ordinal_position, 0)
		FROM information_schema.tables t
		JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
		LEFT JOIN information_schema.key_column_usage k ON k.table_schema = c.table_schema AND k.table_name = c.table_name
			AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY'
		WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND t.table_name NOT IN ('schema_version', 'schema_lock')`,
}

// discover lists the tables by name.
func discover(ctx context.Context, q querier, d store.Dialect) ([]shape, error) {
	rows, err := q.QueryContext(ctx, schemaQuery[d])
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	defer func() { _ = rows.Close() }()
	tables, keys := map[string]*shape{}, map[string]map[int]string{}
	for rows.Next() {
		var table, name, typ string
		var pk int
		if err := rows.Scan(&table, &name, &typ, &pk); err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		k, err := kindOf(typ)
		if err != nil {
			return nil, fmt.Errorf("column %s.%s: %w", table, name, err)
		}
		if tables[table] == nil {
			tables[table], keys[table] = &shape{Name: table}, map[int]string{}
		}
		tables[table].Columns = append(tables[table].Columns, column{Name: name, Kind: k})
		if pk > 0 {
			keys[table][pk] = name
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	list := make([]shape, 0, len(tables))
	for name, s := range tables {
		for n := 1; keys[name][n] != ""; n++ {
			s.Key = append(s.Key, keys[name][n])
		}
		if len(s.Key) == 0 {
			return nil, fmt.Errorf("table %s has no primary key: its rows have no order", name)
		}
		slices.SortFunc(s.Columns, func(a, b column) int { return cmp.Compare(a.Name, b.Name) })
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b shape) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// kindOf reads a declared type. An unknown one is an error: its values might not come back as they were.
func kindOf(declared string) (kind, error) {
	t := strings.ToLower(declared)
	if t == "tinyint(1)" || t == "boolean" {
		return boolean, nil
	}
	t, _, _ = strings.Cut(t, "(")
	switch t {
	case "bigint", "int", "integer", "smallint":
		return integer, nil
	case "text", "mediumtext", "longtext", "varchar", "char":
		return text, nil
	case "datetime":
		return moment, nil
	case "date":
		return day, nil
	}
	return "", fmt.Errorf("a backup cannot carry the type %s", declared)
}

func version(ctx context.Context, q querier) (int64, error) {
	var v int64
	if err := q.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM schema_version").Scan(&v); err != nil {
		return 0, fmt.Errorf("read schema version (is it a linli database? run `server migrate` first): %w", err)
	}
	return v, nil
}

// quote quotes a name; both dialects take backticks.
func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// columnList quotes the columns for a SELECT or an INSERT.
func (s shape) columnList() string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = quote(c.Name)
	}
	return strings.Join(names, ", ")
}
