package store_test

import (
	"os"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// migrateTo brings an empty database to an earlier schema, and gives what fills it.
func migrateTo(t *testing.T, db *store.DB, version int64) (exec func(sql string, args ...any)) {
	t.Helper()
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	dialect := map[store.Dialect]goose.Dialect{store.SQLite: goose.DialectSQLite3, store.MySQL: goose.DialectMySQL}[db.Dialect]
	p, err := goose.NewProvider(dialect, pool, os.DirFS("migrations/"+string(db.Dialect)), goose.WithTableName("schema_version"), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.ExecContext(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOldDeliveriesKeepTheirWords: what waited before lanes came is written anew by its message, what ended keeps its template and its
// words, and nobody's inbox has anything twice or less.
func TestOldDeliveriesKeepTheirWords(t *testing.T) {
	t.Parallel()
	db := openAt(t, modelstest.DSN(t))
	exec := migrateTo(t, db, 29)
	at := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	message := func(id int64, state string) {
		exec("INSERT INTO outbox_messages (id, estate_id, kind, body, state, owner, due_at, attempts, last_error, created_at, case_id) VALUES (?, 1, 'complaint.filed', '{}', ?, '', ?, 0, '', ?, 5)", id, state, at, at)
	}
	delivery := func(id, message, person int64, channel, template, audience, state string) {
		exec(`INSERT INTO deliveries (id, message_id, estate_id, recipient_kind, recipient_id, person_id, channel, template, state, owner, due_at, attempts, error_code, last_error, provider_id, created_at, audience)
			VALUES (?, ?, 1, 'person', ?, ?, ?, ?, ?, '', ?, 6, 0, '', '', ?, ?)`, id, message, person, person, channel, template, state, at, at, audience)
	}
	item := func(id, delivery, person int64, title string) {
		exec("INSERT INTO inbox_items (id, delivery_id, recipient_kind, recipient_id, estate_id, subject_kind, subject_id, title, body, created_at) VALUES (?, ?, 'person', ?, 1, 'case', 5, ?, '正文', ?)", id, delivery, person, title, at)
	}
	message(1, "done") // given up by WeChat to one, sent to another
	delivery(1, 1, 7, "inbox", "case_progress", "complainant", "sent")
	delivery(2, 1, 7, "wechat_mini", "case_progress", "complainant", "dead")
	delivery(3, 1, 8, "inbox", "case_progress", "complainant", "sent")
	delivery(4, 1, 8, "wechat_mini", "case_progress", "complainant", "sent")
	delivery(5, 1, 9, "inbox", "staff_case", "lead", "sent")
	delivery(6, 1, 9, "wechat_service", "staff_case", "lead", "dead")
	item(1, 1, 7, "已收到您的投诉")
	item(2, 3, 8, "已收到您的投诉")
	item(3, 5, 9, "有新的投诉要办理")
	message(2, "done") // still to go out
	delivery(7, 2, 7, "inbox", "case_progress", "complainant", "sent")
	delivery(8, 2, 7, "wechat_mini", "case_progress", "complainant", "pending")
	item(4, 7, 7, "您的投诉已受理")
	message(3, "done") // nobody has it in the inbox any more
	delivery(9, 3, 7, "wechat_mini", "case_progress", "complainant", "dead")
	message(4, "dead") // given up half-way
	delivery(10, 4, 7, "wechat_mini", "case_progress", "complainant", "sending")
	migrate(t, db)
	type row struct {
		ID                                     int64
		State, Title, Body, Template, Channels string
		SubjectID, CaseID                      int64
	}
	var left []row
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Table("deliveries d").Select("d.id, d.state, t.title, t.body, t.template, t.channels, t.subject_id, d.case_id").Joins("LEFT JOIN message_texts t ON t.id = d.text_id").Order("d.id").Scan(&left).Error
	})
	want := []row{
		{2, "dead", "已收到您的投诉", "正文", "case_progress", "wechat_mini", 5, 5},
		{4, "sent", "已收到您的投诉", "正文", "case_progress", "wechat_mini", 5, 5},
		{6, "dead", "有新的投诉要办理", "正文", "staff_case", "wechat_service", 5, 5},
		{9, "dead", "", "", "case_progress", "wechat_mini", 0, 5},
	}
	if err != nil || len(left) != len(want) {
		t.Fatalf("%+v, %v", left, err)
	}
	for i := range want {
		if left[i] != want[i] {
			t.Errorf("%+v, want %+v", left[i], want[i])
		}
	}
	var states []string
	var items []struct {
		MessageID, RecipientID int64
		Title                  string
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		if err := tx.Table("outbox_messages").Order("id").Pluck("state", &states).Error; err != nil {
			return err
		}
		return tx.Table("inbox_items i").Select("i.message_id, i.recipient_id, t.title").Joins("JOIN message_texts t ON t.id = i.text_id").Order("i.id").Scan(&items).Error
	})
	if err != nil || len(states) != 4 || states[0] != "done" || states[1] != "pending" || states[2] != "done" || states[3] != "pending" {
		t.Errorf("messages are %v, %v", states, err)
	}
	if len(items) != 4 || items[0].MessageID != 1 || items[2].Title != "有新的投诉要办理" || items[3].MessageID != 2 || items[3].Title != "您的投诉已受理" {
		t.Errorf("inboxes hold %+v", items)
	}
}
