package assembly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Opening is the session in which the sealed box of a meeting was opened.
type Opening struct {
	ID            int64 `gorm:"primaryKey"`
	MeetingID     int64
	EstateID      int64
	Place         string
	PresentSealed string // []Scrutineer as JSON
	Scrutineers   int
	Minutes       string
	Found         int
	Differences   string // []Difference as JSON
	OpenedBy      int64
	OpenedAt      time.Time
	SignedBy      int64 // who put the signed minutes in
	SignedAt      *time.Time
	ClientRef     string
	InputHash     string
}

// TableName names the table.
func (Opening) TableName() string { return "paper_openings" }

// Scrutineer is somebody who watches the opening. Independent is their word that they are no candidate and of no property company.
type Scrutineer struct {
	Name        string `json:"name"`
	Phone       string `json:"phone"`
	As          string `json:"as"` // what they are: 业主代表, 社区工作人员
	Independent bool   `json:"independent"`
}

// Difference is a form about which the box and the receipts do not agree.
type Difference struct {
	Number    string `json:"number"`
	Kind      string `json:"kind"` // missing, unreceipted, dead, unknown, twice
	Says      string `json:"says"`
	Explained string `json:"explained"`
}

// differenceTexts are the kinds as people read them.
var differenceTexts = map[string]string{
	"missing":     "有投箱回执，票箱里没有找到",
	"unreceipted": "票箱里有，截止前没有登记收票，不计入",
	"dead":        "票箱里有，号码已换发作废，不计入",
	"unknown":     "票箱里有，不是本次会议发出的号码，不计入",
	"twice":       "同一个号码有两张，只认有签名的原件",
}

// Box is what was found when a box was opened.
type Box struct {
	Place       string
	Scrutineers []Scrutineer
	Found       []string          // the numbers, each as often as it was there
	Explained   map[string]string // by number, where box and receipts differ
	Minutes     string
	ClientRef   string
	InputHash   string
}

// Faults of an opening.
var (
	ErrBoxDiffers  = fault.New(fault.Conflict, "paper.box_differs", "票箱里的票和投箱回执对不上，请再点一遍；确实对不上的，请逐张写明情况")
	ErrScrutineers = fault.New(fault.Invalid, "paper.scrutineers", "开箱要有至少两名监票人在场，监票人不能是候选人、物业企业的工作人员或代理人")
)

// Bounds of an opening.
const (
	leastScrutineers = 2
	mostScrutineers  = 20
	mostFound        = 20_000
)

var phonePattern = regexp.MustCompile(`^1\d{10}$`)

func (b *Box) check() error {
	b.Place, b.Minutes = strings.TrimSpace(b.Place), strings.TrimSpace(b.Minutes)
	var c fault.Checks
	n := len([]rune(b.Place))
	c.Check(n >= 2 && n <= 60, "place", "请写明在哪里开箱（2至60个字）")
	n = len([]rune(b.Minutes))
	c.Check(n >= 4 && n <= 4000, "minutes", "请写开箱笔录：封条是否完好、谁开箱、怎么清点（4至4000个字）")
	c.Check(len(b.Found) <= mostFound, "found", "一次最多登记两万张")
	c.Check(b.ClientRef != "" && len(b.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	checkScrutineers(&c, "scrutineers", b.Scrutineers)
	if err := c.Err(); err != nil {
		return err
	}
	if len(b.Scrutineers) < leastScrutineers || len(b.Scrutineers) > mostScrutineers {
		return ErrScrutineers
	}
	return nil
}

func checkScrutineers(c *fault.Checks, list string, people []Scrutineer) {
	phones := map[string]bool{}
	for i := range people {
		x, path := &people[i], fmt.Sprintf("%s[%d].", list, i)
		x.Name, x.As = strings.TrimSpace(x.Name), strings.TrimSpace(x.As)
		n := len([]rune(x.Name))
		c.Check(n >= 2 && n <= 20, path+"name", "请填写监票人姓名")
		c.Check(phonePattern.MatchString(x.Phone) && !phones[x.Phone], path+"phone", "请填写监票人自己的手机号")
		c.Check(len([]rune(x.As)) <= 20, path+"as", "身份不超过20个字")
		c.Check(x.Independent, path+"independent", "监票人要声明自己不是候选人，也不是物业企业的工作人员")
		phones[x.Phone] = true
	}
}

// OpenBox opens the sealed box after the close, before scrutineers, and holds what was found against what was received. What differs
// is named, form by form, and needs its explanation.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNoPapers, ErrCounter, ErrScrutineers, ErrBoxDiffers, ErrRefReused, fault.ErrInvalid.
func (s *Service) OpenBox(ctx context.Context, actor org.Actor, id int64, b Box) (*Opening, error) {
	if err := actor.Must(org.ConveneMeeting); err != nil {
		return nil, err
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	var o *Opening
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		if o, err = openingOf(tx, m.ID); err != nil || o != nil {
			if err == nil && (o.ClientRef != b.ClientRef || o.InputHash != b.InputHash) {
				err = ErrState.Saying("票箱已经开过并登记，不能再登记一次")
			}
			return err
		}
		if err := m.takesPaper(tx); err != nil {
			return err
		}
		if err := m.in(Closed); err != nil {
			return err
		}
		if err := s.mayOpen(tx, m, actor, b.Scrutineers); err != nil {
			return err
		}
		o, err = s.open(tx, actor, m, b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open box: %w", err)
	}
	return o, nil
}

func openingOf(tx *store.Tx, meeting int64) (*Opening, error) {
	var rows []Opening
	err := tx.Where("meeting_id = ?", meeting).Limit(1).Find(&rows).Error
	return first(rows), err
}

// mayOpen refuses an officer or a scrutineer with an interest, as far as their accounts tell.
func (s *Service) mayOpen(tx *store.Tx, m *Meeting, actor org.Actor, list []Scrutineer) error {
	if err := mayCount(tx, m, actor.PersonID); err != nil {
		return err
	}
	for _, x := range list {
		var people []int64
		if err := tx.Model(&org.Person{}).Where("phone_index IN ?", s.o.Vault.Indexes("phone", x.Phone)).Limit(10).Pluck("id", &people).Error; err != nil {
			return err
		}
		for _, p := range people {
			if p == actor.PersonID {
				return ErrScrutineers.Saying("开箱的人自己不能当监票人")
			}
			if err := mayCount(tx, m, p); errors.Is(err, ErrCounter) {
				return ErrScrutineers
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) open(tx *store.Tx, actor org.Actor, m *Meeting, b Box) (*Opening, error) {
	differences, err := compareBox(tx, m, b)
	if err != nil {
		return nil, err
	}
	people, err := json.Marshal(b.Scrutineers)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(differences)
	if err != nil {
		return nil, err
	}
	o := &Opening{MeetingID: m.ID, EstateID: m.EstateID, Place: b.Place, PresentSealed: s.o.Vault.Seal(string(people), "paper_openings.present"), Scrutineers: len(b.Scrutineers), Minutes: b.Minutes, Found: len(b.Found),
		Differences: string(text), OpenedBy: actor.PersonID, OpenedAt: tx.Now, ClientRef: b.ClientRef, InputHash: b.InputHash}
	if err := tx.Create(o).Error; err != nil {
		return nil, store.Raced(err)
	}
	return o, note(tx, actor, m, "open_box", map[string]any{"found": o.Found, "scrutineers": o.Scrutineers, "differences": len(differences)})
}

// SignOpening puts the minutes in that the scrutineers signed. Another person than the one who opened does it.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrBoxNotOpened, ErrSamePerson, fault.ErrInvalid.
func (s *Service) SignOpening(ctx context.Context, actor org.Actor, id int64, files []int64) (*Opening, error) {
	if len(files) == 0 || len(files) > 10 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "file_ids", Reason: "请上传监票人签名的开箱笔录（1至10页）"})
	}
	var o *Opening
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		if o, err = openingOf(tx, m.ID); err != nil || o == nil {
			return or(err, ErrBoxNotOpened)
		}
		if err := m.in(Closed); err != nil {
			return err
		}
		if o.SignedAt != nil {
			return ErrState.Saying("签名的笔录已经登记过")
		}
		if o.OpenedBy == actor.PersonID {
			return ErrSamePerson.Saying("开箱的人不能自己登记签名的笔录，请由另一个人核对后登记")
		}
		o.SignedBy, o.SignedAt = actor.PersonID, &tx.Now
		if err := tx.Model(&Opening{}).Where("id = ?", o.ID).Select("signed_by", "signed_at").Updates(o).Error; err != nil {
			return err
		}
		if err := s.o.Files.Attach(tx, actor, files, "document", "paper_opening", o.ID, m.EstateID); err != nil {
			return err
		}
		return note(tx, actor, m, "sign_opening", nil)
	})
	if err != nil {
		return nil, fmt.Errorf("sign opening: %w", err)
	}
	return o, nil
}
