package modelstest_test

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm/schema"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/hotline"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
)

// entities are all structs that are rows. A table without one fails, so a new entity cannot be forgotten here.
var entities = []any{
	store.Lease{}, store.Numbering{},
	audit.Entry{}, audit.Pending{}, audit.Seal{},
	outbox.Message{}, notify.Reaction{}, notify.Text{}, notify.Delivery{}, notify.Lane{}, notify.Usage{}, notify.PlanChange{}, notify.Ack{}, notify.Letter{}, notify.Preference{}, notify.DigestHour{}, inbox.Item{},
	org.Organisation{}, org.Person{}, org.Identity{}, org.AccountCode{}, org.Consent{}, org.PrivacyRequest{}, org.Post{}, org.PostHolder{}, org.Absence{}, org.Invitation{},
	org.Estate{}, org.Appointment{}, org.Building{}, org.Unit{}, org.OwnerSet{}, org.Owner{}, org.Ownership{}, org.Residence{},
	org.Application{}, org.AreaClaim{}, org.LocalValue{}, org.RosterImport{}, org.Register{},
	file.File{},
	complaint.Case{}, complaint.Complainant{}, complaint.MandateVersion{}, complaint.KeptDraft{}, complaint.Party{}, complaint.Step{}, complaint.Gram{}, complaint.SavedView{}, complaint.Template{}, complaint.ContactPoint{}, complaint.Shift{}, complaint.OpenKey{}, complaint.Restriction{}, complaint.LeagueTable{},
	mediation.Mediation{}, mediation.Party{}, mediation.Agreement{}, mediation.Term{}, mediation.Step{}, mediation.Lawyer{},
	joint.Whistle{}, joint.Summons{}, joint.Minute{}, joint.Task{}, joint.Conference{}, joint.Item{}, joint.Attendee{}, joint.Tap{},
	hotline.Import{}, hotline.Order{},
	ledger.Book{}, ledger.Account{}, ledger.Journal{}, ledger.Entry{}, ledger.Seal{},
	income.Contract{}, income.Line{}, income.Settlement{},
	committee.Term{}, committee.Elected{}, committee.Member{}, committee.Duty{}, committee.Audit{}, committee.Request{}, committee.Support{}, committee.Meeting{}, committee.Item{}, committee.Attendance{}, committee.Vote{}, committee.Link{}, committee.Tap{},
	committee.Filing{}, committee.Review{}, committee.Note{}, committee.Proposal{}, committee.Seal{}, committee.SealUse{}, committee.Handover{}, committee.Handed{}, committee.Report{}, committee.Finding{}, committee.Allowance{},
	disclosure.Notice{}, disclosure.Version{}, disclosure.Prepared{}, disclosure.Figure{}, disclosure.Place{}, disclosure.Paper{}, disclosure.Incident{}, disclosure.Duty{}, disclosure.Round{}, disclosure.Charging{}, disclosure.Question{}, disclosure.ComparedMonth{}, disclosure.ComparedValue{}, disclosure.ComparedClass{}, disclosure.NameHit{},
	fund.Account{}, fund.Holding{}, fund.Tap{}, fund.Building{}, fund.SubAccount{}, fund.Slip{}, fund.Deposit{}, fund.Import{}, fund.ImportLine{}, fund.Income{}, fund.Share{}, fund.Refund{}, fund.RefundLine{}, fund.Plan{}, fund.PlanDue{}, fund.BankMonth{}, fund.BankLine{}, fund.Difference{}, fund.Recheck{}, fund.Proposal{}, fund.Replacement{},
	fee.Rule{}, fee.Version{}, fee.Reading{}, fee.Run{}, fee.Part{}, fee.Bill{}, fee.Tap{}, fee.Payment{}, fee.Allocation{}, fee.Change{}, fee.Invoice{}, fee.Day{}, fee.Import{}, fee.Line{}, fee.Dispute{}, fee.Pause{}, fee.ReminderRun{}, fee.Letter{}, fee.LetterBill{}, fee.Delivery{}, committee.Collection{},
	checkout.Account{}, checkout.Order{}, checkout.OrderBill{}, checkout.Heard{}, checkout.Refund{}, checkout.Day{}, checkout.Difference{},
	assembly.Meeting{}, assembly.Motion{}, assembly.Seat{}, assembly.Posting{}, assembly.PostedSeat{}, assembly.Discrepancy{}, assembly.RollNote{}, assembly.Envelope{}, assembly.Ballot{}, assembly.Log{}, assembly.Mark{}, assembly.Tile{}, assembly.Checkpoint{}, assembly.Link{}, assembly.Outcome{}, assembly.Objection{}, assembly.Download{},
	assembly.Petition{}, assembly.Signature{}, assembly.Order{}, assembly.Group{}, assembly.Member{}, assembly.Rulebook{}, assembly.ModelText{}, assembly.Comment{}, assembly.Candidate{}, assembly.Backer{}, assembly.CandidateList{}, assembly.Credential{}, assembly.Text{},
	assembly.Form{}, assembly.Opening{}, assembly.Look{}, assembly.Assisted{}, assembly.Proxy{}, assembly.OfficialResult{}, assembly.Drawing{}, assembly.Debtor{}, assembly.Visit{},
	campaign.Campaign{}, campaign.Run{}, campaign.Reach{}, campaign.Addressee{}, campaign.Call{}, campaign.Posting{}, campaign.Deed{}, campaign.SeatDeed{}, campaign.Wish{}, campaign.Record{}, campaign.RecordLine{}, campaign.Ref{},
	fund.Project{}, fund.ProjectItem{}, fund.Quote{}, fund.Opinion{}, fund.ProjectNote{}, fund.Acceptance{}, fund.ProjectObjection{}, fund.ProjectShare{}, fund.ProjectPayment{}, fund.Cancellation{}, fund.AdvanceReturn{}, fund.Division{}, fund.OldShare{}, fund.Revocation{}, fund.ProjectSum{},
	session.Session{}, session.PhoneCode{}, web.AccessPart{},
	consent.Subscription{}, consent.Entry{}, consent.Pushed{},
}

// bare tables have no entity.
var bare = map[string]string{
	"schema_version": "kept by the migrations", "schema_lock": "kept by the migrations", "sqlite_sequence": "kept by SQLite",
}

// shape says what a column is, alike for entities and for both dialects.
type shape struct {
	kind string
	null bool
	key  bool
}

func TestEntitiesAndSchemaAgree(t *testing.T) {
	t.Parallel()
	have := tables(t, modelstest.Open(t))
	want := map[string]map[string]shape{}
	for _, e := range entities {
		s, err := schema.Parse(e, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		if want[s.Table] != nil {
			t.Errorf("table %s has two entities", s.Table)
		}
		want[s.Table] = map[string]shape{}
		for _, f := range s.Fields {
			if f.DBName == "" {
				t.Errorf("%s.%s is no column: associations are not part of a row", s.Table, f.Name)
				continue
			}
			want[s.Table][f.DBName] = shape{kind: kindOf(t, f), null: f.FieldType.Kind() == reflect.Pointer, key: f.PrimaryKey}
		}
	}
	for table, columns := range want {
		if have[table] == nil {
			t.Errorf("entity of %s has no table", table)
			continue
		}
		for name, c := range columns {
			if got, ok := have[table][name]; !ok {
				t.Errorf("%s.%s is in the entity and not in the schema", table, name)
			} else if got != c {
				t.Errorf("%s.%s is %+v in the entity and %+v in the schema", table, name, c, got)
			}
		}
	}
	for table, columns := range have {
		if want[table] == nil {
			if bare[table] == "" {
				t.Errorf("table %s has no entity in the list above", table)
			}
			continue
		}
		for name := range columns {
			if _, ok := want[table][name]; !ok {
				t.Errorf("%s.%s is in the schema and not in the entity", table, name)
			}
		}
	}
}

func kindOf(t *testing.T, f *schema.Field) string {
	t.Helper()
	switch f.IndirectFieldType.Kind() {
	case reflect.Int64, reflect.Int, reflect.Int32:
		return "int"
	case reflect.Bool:
		return "bool"
	case reflect.String:
		return "text"
	}
	switch {
	case f.IndirectFieldType != reflect.TypeFor[time.Time]():
		t.Errorf("%s: the type %s is not for a column", f.Name, f.IndirectFieldType)
		return ""
	case f.TagSettings["TYPE"] == "date":
		return "date"
	}
	return "time"
}

// tables reads the migrated schema.
func tables(t *testing.T, db *store.DB) map[string]map[string]shape {
	t.Helper()
	query := `SELECT m.name AS t, c.name AS n, c.type AS k, NOT c."notnull" AND c.pk = 0 AS nullable, c.pk > 0 AS pk
		FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
	if db.Dialect == store.MySQL {
		query = `SELECT table_name AS t, column_name AS n, column_type AS k, is_nullable = 'YES' AS nullable, column_key = 'PRI' AS pk
			FROM information_schema.columns WHERE table_schema = DATABASE()`
	}
	var rows []struct {
		T, N, K      string
		Nullable, PK bool
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Raw(query).Scan(&rows).Error }); err != nil {
		t.Fatal(err)
	}
	kinds := map[string][]string{
		"int": {"bigint", "int", "integer"}, "bool": {"tinyint(1)", "boolean"}, "text": {"text", "mediumtext", "varchar"}, "date": {"date"}, "time": {"datetime"},
	}
	all := map[string]map[string]shape{}
	for _, r := range rows {
		if all[r.T] == nil {
			all[r.T] = map[string]shape{}
		}
		declared := strings.ToLower(r.K)
		if declared != "tinyint(1)" {
			declared, _, _ = strings.Cut(declared, "(")
		}
		c := shape{kind: "unknown " + r.K, null: r.Nullable, key: r.PK}
		for kind, names := range kinds {
			if slices.Contains(names, declared) {
				c.kind = kind
			}
		}
		all[r.T][r.N] = c
	}
	return all
}
