package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// Post writes a journal in the caller's transaction. The same ref with the same content answers the journal that is there.
// Faults: ErrUnbalanced, ErrPeriodClosed, ErrRefReused, fault.ErrInvalid.
func Post(tx *store.Tx, actor audit.Actor, estate int64, books Books, p Posting) (*Journal, error) {
	kind, _ := books.which()
	if err := p.check(kind); err != nil {
		return nil, err
	}
	b, err := open(tx, estate, books)
	if err != nil {
		return nil, err
	}
	return b.post(tx, actor, p, nil)
}

// check refuses what is no journal of this kind of books.
func (p *Posting) check(kind Kind) error {
	var k fault.Checks
	k.Check(p.Ref != "" && len(p.Ref) <= 80, "ref", "编号要有，且不超过80个字节")
	k.Check(p.Source.Kind != "" && len(p.Source.Kind) <= 32 && p.Source.Text != "" && len([]rune(p.Source.Text)) <= 300, "source", "依据要写明，且不超过300字")
	k.Check(len([]rune(p.Memo)) <= 300, "memo", "摘要不超过300字")
	k.Check(!p.Effective.IsZero(), "effective", "日期要有")
	k.Check(len(p.Lines) >= 2 && len(p.Lines) <= maxLines, "lines", fmt.Sprintf("一笔账要有2至%d行", maxLines))
	var sum money.Fen
	for i, l := range p.Lines {
		k.Check(Chart[l.Code].Kind == kind, fmt.Sprintf("lines[%d].code", i), "没有这个科目："+string(l.Code))
		k.Check(l.Amount != 0 && max(l.Amount, -l.Amount) <= money.Max, fmt.Sprintf("lines[%d].amount", i), "金额不能为零，也不能过大")
		k.Check(l.UnitID >= 0 && l.BuildingID >= 0 && len([]rune(l.Memo)) <= 200, fmt.Sprintf("lines[%d].memo", i), "摘要不超过200字")
		sum += l.Amount // a thousand lines of at most money.Max do not overflow
	}
	if err := k.Err(); err != nil {
		return err
	}
	if sum != 0 {
		return ErrUnbalanced
	}
	return nil
}

// open finds the books of an estate, made at the first posting, and takes them: their numbers follow one another.
func open(tx *store.Tx, estate int64, books Books) (*Book, error) {
	kind, holder := books.which()
	if err := whole(kind, holder); err != nil {
		return nil, err
	}
	var b Book
	err := tx.ForUpdate().Where("estate_id = ? AND kind = ? AND holder_id = ?", estate, kind, holder).Take(&b).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		b = Book{EstateID: estate, Kind: kind, HolderID: holder, CreatedAt: tx.Now}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&b).Error; err != nil {
			return nil, err
		}
		b = Book{}
		err = tx.ForUpdate().Where("estate_id = ? AND kind = ? AND holder_id = ?", estate, kind, holder).Take(&b).Error
	}
	return &b, err
}

func (b *Book) post(tx *store.Tx, actor audit.Actor, p Posting, reverses *int64) (*Journal, error) {
	hash := p.hash()
	var had []Journal
	if err := tx.Where("book_id = ? AND ref = ?", b.ID, p.Ref).Limit(1).Find(&had).Error; err != nil {
		return nil, err
	}
	if len(had) == 1 {
		if had[0].InputHash != hash {
			return nil, ErrRefReused
		}
		return &had[0], nil
	}
	if err := b.Shut(p.Effective); err != nil {
		return nil, err
	}
	accounts, err := b.accounts(tx, p.Lines)
	if err != nil {
		return nil, err
	}
	person, post, _, _ := actor.AuditTrail()
	j := Journal{BookID: b.ID, No: b.LastNo + 1, Ref: p.Ref, InputHash: hash, EffectiveOn: day(p.Effective), BookedAt: tx.Now, PersonID: person, PostID: post,
		SourceKind: p.Source.Kind, SourceID: p.Source.ID, SourceText: p.Source.Text, Memo: p.Memo, ReversesID: reverses, Entries: len(p.Lines)}
	if err := tx.Create(&j).Error; err != nil {
		return nil, fmt.Errorf("post %s: %w", p.Ref, err)
	}
	entries := make([]Entry, len(p.Lines))
	for i, l := range p.Lines {
		entries[i] = Entry{JournalID: j.ID, AccountID: accounts[l.Key.own()], EffectiveOn: j.EffectiveOn, Amount: l.Amount, Memo: l.Memo}
	}
	if err := tx.CreateInBatches(&entries, 900).Error; err != nil {
		return nil, fmt.Errorf("post %s: %w", p.Ref, err)
	}
	b.LastNo = j.No
	err = tx.Model(&Book{}).Where("id = ?", b.ID).Updates(map[string]any{"last_no": j.No, "unsealed": true}).Error
	return &j, err
}

// hash is what makes two postings the same.
func (p *Posting) hash() string {
	raw, _ := json.Marshal(p) // of strings, numbers and dates: it cannot fail
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// own is the name under which an account is kept: a unit's is the unit's alone.
func (k Key) own() Key {
	if k.UnitID != 0 {
		k.BuildingID = 0
	}
	return k
}

// accounts finds the accounts of some lines and opens those that are new.
func (b *Book) accounts(tx *store.Tx, lines []Line) (map[Key]int64, error) {
	codes, units, found := map[Code]bool{}, map[int64]bool{}, make(map[Key]int64, len(lines))
	for _, l := range lines {
		codes[l.Code], units[l.UnitID] = true, true
	}
	look := func() error {
		for part := range slices.Chunk(slices.Collect(maps.Keys(units)), 900) {
			var list []Account
			if err := tx.Where("book_id = ? AND code IN ? AND unit_id IN ?", b.ID, slices.Collect(maps.Keys(codes)), part).Find(&list).Error; err != nil {
				return err
			}
			for _, a := range list {
				found[Key{a.Code, a.BuildingID, a.UnitID}.own()] = a.ID
			}
		}
		return nil
	}
	if err := look(); err != nil {
		return nil, err
	}
	missing := map[Key]bool{}
	for _, l := range lines {
		if _, ok := found[l.Key.own()]; !ok {
			missing[l.Key.own()] = true
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	homes, err := b.buildings(tx, missing)
	if err != nil {
		return nil, err
	}
	fresh := make([]Account, 0, len(missing))
	for k := range missing {
		a := Account{BookID: b.ID, Code: k.Code, BuildingID: k.BuildingID, UnitID: k.UnitID}
		if k.UnitID != 0 {
			a.BuildingID = homes[k.UnitID]
		}
		fresh = append(fresh, a)
	}
	slices.SortFunc(fresh, func(x, y Account) int {
		if x.UnitID != y.UnitID {
			return int(x.UnitID - y.UnitID)
		}
		return strings.Compare(string(x.Code), string(y.Code))
	})
	if err := tx.CreateInBatches(&fresh, 900).Error; err != nil {
		return nil, err
	}
	return found, look()
}

// buildings reads in which building of this estate units stand; a unit or building of another estate has no account here.
func (b *Book) buildings(tx *store.Tx, keys map[Key]bool) (map[int64]int64, error) {
	units, houses := map[int64]bool{}, map[int64]bool{}
	for k := range keys {
		if k.UnitID != 0 {
			units[k.UnitID] = true
		} else if k.BuildingID != 0 {
			houses[k.BuildingID] = true
		}
	}
	homes := make(map[int64]int64, len(units))
	for part := range slices.Chunk(slices.Collect(maps.Keys(units)), 900) {
		var rows []struct{ ID, BuildingID int64 }
		if err := tx.Table("units").Select("id", "building_id").Where("id IN ? AND estate_id = ?", part, b.EstateID).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			homes[r.ID] = r.BuildingID
		}
	}
	var n int64
	if len(houses) > 0 {
		if err := tx.Table("buildings").Where("id IN ? AND estate_id = ?", slices.Collect(maps.Keys(houses)), b.EstateID).Count(&n).Error; err != nil {
			return nil, err
		}
	}
	if len(homes) != len(units) || int(n) != len(houses) {
		return nil, fmt.Errorf("ledger: a unit or building is not of estate %d", b.EstateID)
	}
	return homes, nil
}

// Reverse posts a journal's opposite, once. A wrong posting is put right by reversing it and posting the right one.
// Faults: ErrNoJournal, ErrReversed, ErrPeriodClosed, ErrRefReused.
func Reverse(tx *store.Tx, actor audit.Actor, journalID int64, ref, reason string, on calendar.Date) (*Journal, error) {
	var j Journal
	if err := store.NotFound(tx.Where("id = ?", journalID).Take(&j).Error, ErrNoJournal); err != nil {
		return nil, err
	}
	var b Book
	if err := tx.ForUpdate().Where("id = ?", j.BookID).Take(&b).Error; err != nil {
		return nil, err
	}
	lines, err := linesOf(tx, journalID)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		lines[i].Amount = -lines[i].Amount
	}
	p := Posting{Ref: ref, Effective: on, Source: Source{j.SourceKind, j.SourceID, j.SourceText}, Memo: reason, Lines: lines}
	if err := p.check(b.Kind); err != nil {
		return nil, err
	}
	var earlier []Journal
	if err := tx.Where("reverses_id = ?", journalID).Limit(1).Find(&earlier).Error; err != nil {
		return nil, err
	}
	if len(earlier) == 1 && earlier[0].Ref != ref {
		return nil, ErrReversed
	}
	return b.post(tx, actor, p, &journalID)
}

// linesOf reads a journal's entries back as they were posted.
func linesOf(tx *store.Tx, journalID int64) ([]Line, error) {
	var lines []Line
	err := tx.Table("ledger_entries e").Select("a.code, a.building_id, a.unit_id, e.amount, e.memo").Joins("JOIN ledger_accounts a ON a.id = e.account_id").
		Where("e.journal_id = ?", journalID).Order("e.id").Find(&lines).Error
	for i := range lines {
		lines[i].Key = lines[i].Key.own()
	}
	return lines, err
}

// Close closes the books up to and with a day: what is effective then stands. Closing again an earlier day changes nothing.
func Close(tx *store.Tx, actor audit.Actor, estate int64, books Books, through calendar.Date) error {
	return shutThrough(tx, actor, estate, books, through, "")
}

func shutThrough(tx *store.Tx, actor audit.Actor, estate int64, books Books, through calendar.Date, why string) error {
	b, err := open(tx, estate, books)
	if err != nil {
		return err
	}
	if b.ClosedThrough != nil && !day(through).After(*b.ClosedThrough) {
		return nil
	}
	if !through.Before(calendar.DateOf(tx.Now)) {
		return fault.Checks{{Path: "through", Reason: "只能结到昨天或更早的日期"}}.Err()
	}
	if err := tx.Model(&Book{}).Where("id = ?", b.ID).Updates(map[string]any{"closed_through": day(through), "closed_why": why}).Error; err != nil {
		return err
	}
	return audit.Append(tx, actor, "ledger.close", audit.Subject{Kind: "book", ID: b.ID, Estate: estate}, map[string]any{"kind": b.Kind, "holder": b.HolderID, "through": through.String(), "frozen": why != ""})
}

// Freeze is Close out of turn, of books that somebody is about to look through; whoever books into them afterwards is told why not.
func Freeze(tx *store.Tx, actor audit.Actor, estate int64, books Books, through calendar.Date, why string) error {
	return shutThrough(tx, actor, estate, books, through, why)
}

// Shut refuses a day that is closed, with why and what can be done. Fault: ErrPeriodClosed.
func (b *Book) Shut(on calendar.Date) error {
	if b.ClosedThrough == nil || day(on).After(*b.ClosedThrough) {
		return nil
	}
	text := "%s以前已经结账，不能再记这一天的账；请记在结账日之后，并写明原因"
	if b.ClosedWhy != "" {
		text = b.ClosedWhy + "，%s和以前的账已经封存，审计结束后也不再打开，不能补记或改动；漏记、记错的，请记在封存日之后，写明原因"
	}
	return ErrPeriodClosed.Saying(fmt.Sprintf(text, b.ClosedThrough.Format("2006年1月2日")))
}
