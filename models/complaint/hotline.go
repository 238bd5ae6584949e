package complaint

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// HotlineCall is a work order of the 12345 hotline as a complaint.
type HotlineCall struct {
	Number   string // the hotline's
	Key      string // of the order: the same is filed once
	EstateID int64
	Matter   string
	About    string // the body complained about, as ListAbout gives it; empty for none
	Title    string
	Text     string
	Place    string
	Category string // the hotline's own
	Name     string
	Phone    string // a mobile's 11 digits or a landline; without one nothing of the caller is kept
	Open     bool   // the caller asked for no secrecy
	Received *time.Time
	Due      *time.Time // when the hotline wants an answer
}

// hotlineDetail is what the offices read beside the first step of such a case, and nobody else.
type hotlineDetail struct {
	Number   string     `json:"hotline_number"`
	Received *time.Time `json:"received_at,omitempty"`
	Due      *time.Time `json:"hotline_due_at,omitempty"`
	Category string     `json:"hotline_category,omitempty"`
}

// FileHotline takes a work order, in the words of the hotline but without its caller's name, phone and door; name and phone
// are kept with the receipt, sealed from the estate's company and committee unless the caller wanted it open, and private. The
// hotline's deadline counts where it is before the city's own. also runs in the same transaction.
// Faults: ErrForbidden, ErrEstateNotFound, ErrMatter, ErrNamed, fault.ErrInvalid, and those of also.
func (s *Service) FileHotline(ctx context.Context, actor org.Actor, in HotlineCall, also func(*store.Tx, *Case) error) (*Case, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	d := Draft{EstateID: in.EstateID, Matter: in.Matter, About: in.About, Text: first(in.unnamed(in.words()), maxOpenText), Place: first(in.unnamed(in.Place), maxPlace), Visibility: Private, Cover: Sealed, longest: maxOpenText,
		ClientRef: "hotline:" + s.keyed(in.Key, 48), InputHash: s.keyed(in.Key, 64)}
	owner := Complainant{Source: FromHotline, FiledBy: actor.PersonID, FiledPost: actor.Post.PostID}
	switch {
	case in.Phone == "":
		d.Cover = Anonymous
	case in.Open:
		d.Cover = Plain
	}
	if in.Phone != "" {
		owner.NameSealed, owner.PhoneSealed = s.vault.Seal(in.Name, "complainants.name"), s.vault.Seal(in.Phone, "complainants.phone")
		if org.ValidPhone(in.Phone) {
			owner.PhoneIndex = s.vault.Index("phone", in.Phone)
		}
	}
	owner.Hidden = d.Cover
	if err := d.check(); err != nil {
		return nil, err
	}
	f := filing{draft: d, by: actor, files: actor, owner: owner, due: in.Due, also: also,
		detail: hotlineDetail{Number: in.Number, Received: in.Received, Due: in.Due, Category: in.Category}}
	f.estate = func(tx *store.Tx) (*org.Estate, error) {
		return org.EstateFor(tx, actor, org.ImportHotline, d.EstateID)
	}
	return s.take(ctx, "", f)
}

// unnamed is a text of the hotline's without who called: an operator writes name, phone and door into it by habit.
func (in *HotlineCall) unnamed(text string) string {
	text = forAnybody(text)
	if in.Phone != "" {
		text = strings.ReplaceAll(text, in.Phone, "***")
	}
	if n := []rune(in.Name); len(n) >= 2 {
		text = strings.ReplaceAll(text, in.Name, vault.MaskName(in.Name))
	}
	return text
}

// words are the title and the text, the title once.
func (in *HotlineCall) words() string {
	if strings.HasPrefix(in.Text, in.Title) {
		return strings.TrimSpace(in.Text)
	}
	return strings.TrimSpace(in.Title + "\n" + in.Text)
}

// TwinOf gives another open case of the same phone in the case's estate that the actor sees, the newest; none for "".
func (s *Service) TwinOf(tx *store.Tx, actor org.Actor, c *Case, phone string) (string, error) {
	if phone == "" {
		return "", nil
	}
	indexes := s.vault.Indexes("phone", phone)
	accounts := tx.Model(&org.Person{}).Select("id").Where("phone_index IN ?", indexes)
	theirs := tx.Model(&Complainant{}).Select("case_id").Where("(phone_index IN ? OR person_id IN (?)) AND state <> ? AND case_id <> ?", indexes, accounts, Gone, c.ID)
	var numbers []string
	err := tx.Model(&Case{}).Scopes(visible(actor)).Where("cases.id IN (?) AND cases.estate_id = ? AND cases.open = ?", theirs, c.EstateID, true).
		Order("cases.id DESC").Limit(1).Pluck("cases.number", &numbers).Error
	if err != nil || len(numbers) == 0 {
		return "", err
	}
	return numbers[0], nil
}

// SeenOf says which of some cases a post may see.
func SeenOf(tx *store.Tx, actor org.Actor, ids []int64) (map[int64]bool, error) {
	var found []int64
	err := tx.Model(&Case{}).Scopes(visible(actor)).Where("cases.id IN ?", append([]int64{0}, ids...)).Pluck("cases.id", &found).Error
	seen := map[int64]bool{}
	for _, id := range found {
		seen[id] = true
	}
	return seen, err
}

// HotlineResult is what became of a work order, as the hotline may know it.
type HotlineResult struct {
	Receipt  string
	Case     Case
	Lead     string
	Text     string // the newest answer, as complainants read it
	Answered *time.Time
	Late     bool
	Now      time.Time
	Rated    bool
	Rating   Rating
}

// HotlineResults gives what became of receipts, by receipt; at most 1000 at a time, and of cases alone that the actor sees.
func HotlineResults(tx *store.Tx, actor org.Actor, receipts []string) (map[string]HotlineResult, error) {
	var mine []Complainant
	if err := tx.Where("receipt IN ?", append([]string{""}, receipts...)).Limit(1000).Find(&mine).Error; err != nil {
		return nil, err
	}
	ids := []int64{0}
	for _, m := range mine {
		ids = append(ids, m.CaseID)
	}
	var rows []Case
	if err := tx.Scopes(visible(actor)).Where("cases.id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	cases, leads := map[int64]Case{}, []int64{0}
	for _, c := range rows {
		cases[c.ID], leads = c, append(leads, c.LeadID)
	}
	names, err := org.Organisations(tx, leads)
	if err != nil {
		return nil, err
	}
	var steps []Step
	err = tx.Select("case_id", "text", "redacted").Where("id IN (?)", tx.Model(&Step{}).Select("MAX(id)").Where("case_id IN ? AND kind = ?", ids, Answer).Group("case_id")).Find(&steps).Error
	if err != nil {
		return nil, err
	}
	answers := map[int64]string{}
	for _, st := range steps {
		answers[st.CaseID] = st.Text
		if st.Redacted != "" {
			answers[st.CaseID] = st.Redacted
		}
	}
	found := map[string]HotlineResult{}
	for _, m := range mine {
		c, sees := cases[m.CaseID]
		if !sees {
			continue
		}
		found[m.Receipt] = HotlineResult{Receipt: m.Receipt, Case: c, Lead: names[c.LeadID].Name, Text: answers[c.ID], Answered: c.AnsweredAt, Late: c.late(tx.Now), Now: tx.Now,
			Rated: m.RatedAt != nil, Rating: Rating{Response: m.Response, Solved: m.Solved, Satisfied: m.Satisfied}}
	}
	return found, nil
}

// late reports whether the answer came after the due date, or is missing after it.
func (c *Case) late(now time.Time) bool {
	return c.overdue(now) || (c.DueAt != nil && c.AnsweredAt != nil && c.AnsweredAt.After(*c.DueAt))
}
