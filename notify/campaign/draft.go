package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/wording"
)

// Words are a campaign as its office writes it.
type Words struct {
	EstateID    int64
	Title       string
	Body        string
	Kind        Kind
	SubjectKind string
	SubjectID   int64
	Audience    Audience
	Scope       Scope
	Channels    []Channel
	NeedsProof  bool
	PerMinute   int
	NotBefore   *time.Time
	RemindEvery int
	EndsAt      *time.Time
	ClientRef   string
	InputHash   string
}

const (
	mostTitle = 40
	mostBody  = 500
	// mostListed bounds a scope that names its parts.
	mostBuildings, mostListed = 500, 1000
	mostPerMinute             = 60_000
	mostReminders             = 3
	mostRemindDays            = 30
)

// subjects are the words for what a campaign is about; domains name their own.
var subjects = regexp.MustCompile(`^[a-z][a-z_]{0,31}$`)

func (w *Words) check(now time.Time) error {
	w.Title, w.Body = strings.TrimSpace(w.Title), strings.TrimSpace(w.Body)
	var c fault.Checks
	n, m := len([]rune(w.Title)), len([]rune(w.Body))
	c.Check(n >= 2 && n <= mostTitle, "title", "请填写标题，2至40个字")
	c.Check(m >= 2 && m <= mostBody, "body", "请填写正文，2至500个字；内容多的，先在公示栏发布，再在这里提醒大家去看")
	all := w.Title + "\n" + w.Body
	c.Check(!wording.HasIdentity(all), "body", "里面好像有身份证号码，群发内容不能有个人信息，请删去")
	if cut := wording.Pressure(all); cut != "" {
		c.Check(false, "body", "欠费不能影响用水用电用气和进出，也不能公布名单，请删去“"+cut+"”；检修停水停电的通知请单独发，不和欠费写在一起")
	}
	if door := wording.Debtor(all); door != "" {
		c.Check(false, "body", "欠费不能群发到户：写了欠费，就不能写“"+door+"”这样的房号，请删去，改成按幢合计；向本人催交的请用物业费的催交")
	}
	c.Check(KindNames[w.Kind] != "", "kind", "请选择类别")
	c.Check((w.SubjectKind == "") == (w.SubjectID == 0) && (w.SubjectKind == "" || subjects.MatchString(w.SubjectKind)), "subject_id", "请同时填写关联事项的类别和编号，或都不填")
	c.Check(w.Audience == Owners || w.Audience == Residents, "audience", "请选择业主（owners）或住户（residents）")
	c.Check(!w.NeedsProof || w.Audience == Owners, "needs_proof", "要逐户证明送达的，只能发给业主")
	c.Check(!w.NeedsProof || slices.Contains(w.Channels, Letter) || slices.Contains(w.Channels, Visit), "channels", "要逐户证明送达的，请加上信件或上门，没有微信的业主才送得到")
	c.Check(len(w.Scope.Buildings) <= mostBuildings && len(w.Scope.Units) <= mostListed && len(w.Scope.Seats) <= mostListed, "scope", "一次最多选500幢、1000户；更多的请选整个小区")
	c.Check(w.Audience == Owners || len(w.Scope.Seats) == 0, "scope", "发给住户的，请按幢或按户选")
	c.Check(inOrder(w.Channels), "channels", "渠道各填一次，微信和短信在前，信件其次，上门最后")
	c.Check(w.PerMinute >= 0 && w.PerMinute <= mostPerMinute, "per_minute", "每分钟条数在0至60000之间，0为不限")
	c.Check(w.NotBefore == nil || w.NotBefore.Before(now.AddDate(0, 3, 0)), "not_before", "最早发送时间请在三个月以内")
	c.Check(w.EndsAt == nil || (w.EndsAt.After(now) && w.EndsAt.Before(now.AddDate(1, 0, 0))), "ends_at", "截止时间请在今天以后、一年以内")
	c.Check(w.EndsAt == nil || w.NotBefore == nil || w.EndsAt.After(*w.NotBefore), "ends_at", "截止时间要晚于最早发送时间")
	c.Check(w.RemindEvery >= 0 && w.RemindEvery <= mostRemindDays, "remind_every", "提醒的间隔在1至30天之间，0为不提醒")
	c.Check(w.RemindEvery == 0 || w.EndsAt != nil, "ends_at", "要提醒的，请填写截止时间")
	c.Check(w.ClientRef != "" && len(w.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// check checks the words, and that they lead to nobody: what goes to hundreds of phones is not taken back.
func (s *Service) check(ctx context.Context, actor org.Actor, w *Words, estate int64) error {
	if w.Kind == "assembly" && actor.Post.OrgKind == org.Company {
		return fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "业主大会的通知由业委会、社区或办事处发，物业公司请选别的类别"})
	}
	if err := w.check(s.db.Now()); err != nil || s.o.Blot == nil {
		return err
	}
	var known []string
	if s.o.Lines != nil {
		lines, err := s.o.Lines(ctx, estate)
		if err != nil {
			return err
		}
		for _, l := range lines {
			known = append(known, l.Phone)
		}
	}
	var c fault.Checks
	for _, part := range []struct{ path, text string }{{"title", w.Title}, {"body", w.Body}} {
		lead := leads(s.o.Blot, part.text, known)
		if lead == "" && wording.HasMobile(plain(part.text, known)) {
			lead = "手机号"
		}
		c.Check(lead == "", part.path, "里面好像有个人的电话、证件号、车牌号或门牌号（“"+lead+"”），群发内容不能有，请删去。单位的电话请先在“联系电话”里登记，登记过的可以写")
	}
	return c.Err()
}

// harmless are numbers that lead to nobody: amounts and areas that are too short for a phone, how many homes or people there are as
// long as it says so (502户 alone is a door), and linli's own numbers.
var harmless = regexp.MustCompile(`(^|[^0-9])([0-9]{1,9}|[0-9]{1,3}([,，][0-9]{3})+)(\.[0-9]+)?[ 　]*[万亿]?(元|平方米|㎡)|(共|约|计|超过|达到)[0-9]{1,6}(户|人)|[A-Z][0-9]{8}-[0-9]{4,}`)

// leads gives the first part of a text that leads to a person; the offices' registered phones do not.
func leads(blot func(string) string, text string, offices []string) string {
	text = harmless.ReplaceAllString(plain(text, offices), "，")
	before, after := []rune(text), []rune(blot(text))
	for i, r := range before {
		if i >= len(after) || after[i] != r {
			return string(before[i:min(i+12, len(before))])
		}
	}
	return ""
}

// plain takes the offices' registered phones out of a text.
func plain(text string, offices []string) string {
	for _, phone := range offices {
		if phone != "" {
			text = strings.ReplaceAll(text, phone, "，")
		}
	}
	return text
}

// inOrder reports whether channels are named once each, from the quick ones to those on foot.
func inOrder(list []Channel) bool {
	last := 0
	for i, ch := range list {
		at, ok := order[ch]
		if !ok || at < last || slices.Contains(list[:i], ch) {
			return false
		}
		last = at
	}
	return true
}

func (w *Words) fill(c *Campaign) error {
	scope, err := json.Marshal(w.Scope)
	if err != nil {
		return err
	}
	list := make([]string, len(w.Channels))
	for i, ch := range w.Channels {
		list[i] = string(ch)
	}
	c.Title, c.Body, c.Kind, c.SubjectKind, c.SubjectID = w.Title, w.Body, w.Kind, w.SubjectKind, w.SubjectID
	c.Audience, c.Scope, c.Channels, c.NeedsProof = w.Audience, string(scope), strings.Join(list, ","), w.NeedsProof
	c.PerMinute, c.NotBefore, c.RemindEvery, c.EndsAt = w.PerMinute, w.NotBefore, w.RemindEvery, w.EndsAt
	return nil
}

// Write makes a draft. The same client_ref with the same input gives the same draft.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) Write(ctx context.Context, actor org.Actor, w Words) (*Campaign, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	if err := s.check(ctx, actor, &w, w.EstateID); err != nil {
		return nil, err
	}
	var c Campaign
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c = Campaign{}
		e, err := org.EstateFor(tx, actor, org.RunCampaigns, w.EstateID)
		if err != nil {
			return err
		}
		var before []Campaign
		if err := tx.Where("created_by = ? AND client_ref = ?", actor.PersonID, w.ClientRef).Limit(1).Find(&before).Error; err != nil {
			return err
		}
		if len(before) == 1 {
			if c = before[0]; c.InputHash != w.InputHash {
				return ErrRefReused
			}
			return nil
		}
		if err := w.Scope.within(tx, e.ID); err != nil {
			return err
		}
		if err := w.fill(&c); err != nil {
			return err
		}
		if c.Number, err = store.NextNumber(tx, "F"); err != nil {
			return err
		}
		c.EstateID, c.OrganisationID, c.State, c.CreatedAt, c.Progress, c.Forecast, c.Version = e.ID, actor.OrganisationID(), Draft, tx.Now, "{}", "{}", 1
		if c.Writers, err = c.withWriter(actor.PersonID); err != nil {
			return err
		}
		c.CreatedBy, c.WrittenBy, c.WrittenPost, c.ClientRef, c.InputHash = actor.PersonID, actor.PersonID, actor.Post.PostID, w.ClientRef, w.InputHash
		if err := tx.Create(&c).Error; err != nil {
			return store.Raced(err)
		}
		return c.note(tx, actor, "write", nil)
	})
	if err != nil {
		return nil, fmt.Errorf("write campaign: %w", err)
	}
	return &c, nil
}

// Revise replaces the words of a draft. Faults: ErrNotFound, ErrMove, ErrNotYours, fault.ErrInvalid.
func (s *Service) Revise(ctx context.Context, actor org.Actor, id int64, w Words) (*Campaign, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	w.ClientRef = "-" // a revision is the same whenever it is sent
	err := s.db.View(ctx, func(tx *store.Tx) error {
		c, err := get(tx, actor, org.RunCampaigns, id)
		if err == nil {
			w.EstateID = c.EstateID
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	wrong := s.check(ctx, actor, &w, w.EstateID)
	return s.move(ctx, actor, org.RunCampaigns, id, Revise, func(tx *store.Tx, c *Campaign, _ Move) error {
		if wrong != nil {
			return wrong
		}
		if err := w.Scope.within(tx, c.EstateID); err != nil {
			return err
		}
		if err := w.fill(c); err != nil {
			return err
		}
		writers, err := c.withWriter(actor.PersonID)
		if err != nil {
			return err
		}
		c.Version, c.Writers = c.Version+1, writers
		return tx.Model(&Campaign{}).Where("id = ?", c.ID).Updates(map[string]any{"version": c.Version, "writers": writers, "title": c.Title, "body": c.Body, "kind": c.Kind, "subject_kind": c.SubjectKind, "subject_id": c.SubjectID,
			"audience": c.Audience, "scope": c.Scope, "channels": c.Channels, "needs_proof": c.NeedsProof, "per_minute": c.PerMinute, "not_before": c.NotBefore, "remind_every": c.RemindEvery, "ends_at": c.EndsAt,
			"written_by": actor.PersonID, "written_post": actor.Post.PostID}).Error
	})
}

// within refuses parts of a scope that are not the estate's.
func (s Scope) within(tx *store.Tx, estate int64) error {
	for _, part := range []struct {
		model any
		ids   []int64
		what  string
	}{{&org.Building{}, s.Buildings, "楼幢"}, {&org.Unit{}, s.Units, "房屋"}, {&org.OwnerSet{}, s.Seats, "业主"}} {
		ids := slices.Compact(slices.Sorted(slices.Values(part.ids)))
		if len(ids) == 0 {
			continue
		}
		var n int64
		if err := tx.Model(part.model).Where("estate_id = ? AND id IN ?", estate, ids).Count(&n).Error; err != nil {
			return err
		}
		if n != int64(len(ids)) {
			return fault.ErrInvalid.With(fault.Field{Path: "scope", Reason: "有的" + part.what + "不在这个小区，请重新选择"})
		}
	}
	return nil
}

// note leaves what was done in the trail.
func (c *Campaign) note(tx *store.Tx, actor audit.Actor, verb string, detail any) error {
	return audit.Append(tx, actor, "campaign."+verb, audit.Subject{Kind: "campaign", ID: c.ID, Estate: c.EstateID}, detail)
}
