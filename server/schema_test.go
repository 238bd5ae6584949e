package main

import (
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
)

// entities are all structs that stand for a table.
var entities = []any{
	store.Lease{}, store.Numbering{}, audit.Entry{}, audit.Pending{}, audit.Seal{}, web.AccessEntry{}, outbox.Message{},
	notify.Delivery{}, notify.Reaction{}, inbox.Item{}, session.Session{}, file.File{},
	org.Organisation{}, org.Person{}, org.Identity{}, org.Consent{}, org.Post{}, org.PostHolder{}, org.Invitation{}, org.Estate{}, org.Appointment{},
	org.Building{}, org.Unit{}, org.OwnerSet{}, org.Owner{}, org.Ownership{}, org.Residence{}, org.Application{}, org.AreaClaim{}, org.PrivacyRequest{},
	org.LocalValue{}, org.RosterImport{}, org.Register{},
	complaint.Case{}, complaint.Party{}, complaint.Step{}, disclosure.Notice{}, disclosure.Version{},
}

// unowned are the tables that no entity stands for: those of the migrations themselves.
var unowned = []string{"schema_version", "schema_lock", "sqlite_sequence"}

// TestSchemaIsWhatTheEntitiesSay compares the migrated database with the entities, both ways: on SQLite always, on the
// server where one is at hand.
func TestSchemaIsWhatTheEntitiesSay(t *testing.T) {
	db := modelstest.Open(t)
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	have := tables(t, pool, db.Dialect)
	cache := &sync.Map{}
	for _, e := range entities {
		s, err := schema.Parse(e, cache, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		columns, ok := have[s.Table]
		if !ok {
			t.Errorf("%T has no table %s", e, s.Table)
			continue
		}
		delete(have, s.Table)
		for _, f := range s.DBNames {
			if !slices.Contains(columns, f) {
				t.Errorf("%s has no column %s", s.Table, f)
			}
		}
		for _, c := range columns {
			if !slices.Contains(s.DBNames, c) {
				t.Errorf("column %s.%s has no field", s.Table, c)
			}
		}
	}
	for name := range have {
		if !slices.Contains(unowned, name) {
			t.Errorf("table %s has no entity", name)
		}
	}
}

// tables lists the columns of every table.
func tables(t *testing.T, pool *sql.DB, d store.Dialect) map[string][]string {
	t.Helper()
	query := "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'"
	if d == store.MySQL {
		query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
	}
	rows, err := pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	have := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		have[strings.ToLower(table)] = append(have[strings.ToLower(table)], column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return have
}
