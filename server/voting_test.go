package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// electronic are the rules of procedure of a meeting by phone.
var electronic = map[string]string{"meeting.roster_days": "7", "meeting.window_days_min": "5", "meeting.window_days_max": "60", "meeting.objection_days": "7", "ballot.electronic_clause": "议事规则第9条", "ballot.official_platform": "no",
	"ballot.which_wins": "first_valid", "ballot.change": "once", "meeting.extension_days": "10", "election.order": "heads", "election.tie": "area"}

// voteMotions are three questions of three kinds.
func voteMotions(files ...int64) []m {
	return []m{
		{"title": "使用维修资金更换3号楼电梯曳引机", "body": "3号楼1单元电梯曳引机磨损严重，经检测需要更换。预算八万元，从3号楼维修资金中列支，由业委会公开招标。", "matter": "use_fund", "question": m{"kind": "motion"}, "file_ids": files},
		{"title": "选聘物业服务企业", "body": "甲：续聘现在的物业公司，每月每平方米1.20元。乙：改聘招标得分第一的公司，每月每平方米1.35元。", "matter": "manager", "question": m{"kind": "options", "options": []string{"A", "B"}, "names": m{"A": "续聘现在的公司", "B": "改聘得分第一的公司"}}},
		{"title": "选举业主委员会委员五名", "body": "从公示的候选人中选举五名委员，任期五年。", "matter": "committee",
			"question": m{"kind": "election", "options": []string{"c1", "c2", "c3", "c4", "c5", "c6"}, "fill": 5, "alternates": 1, "order": "heads", "tie": "runoff"}},
	}
}

// assembly brings a meeting of the demo estate to its open window by what offices do; the waits are put into the past.
func (e *engine) assembly(motions []m, rules ...map[string]string) int64 {
	e.t.Helper()
	for _, values := range append([]map[string]string{electronic}, rules...) {
		for key, value := range values {
			e.rule(key, value)
		}
	}
	estate := e.town.actors["owner"].Estate
	meeting := e.must(201, "committee_chair", "POST", "/office/v1/meetings", m{"estate_id": estate, "session": "extraordinary", "title": "2026年第一次业主大会临时会议", "convener": "committee", "basis": "own", "channel": "system", "client_ref": "meeting", "motions": motions})
	id := meeting.int("id")
	at := func(path string) string { return fmt.Sprintf("/office/v1/meetings/%d%s", id, path) }
	e.must(200, "committee_chair", "POST", at("/posting"), m{"until": e.db.Now().AddDate(0, 0, 7)})
	e.backdate(id, map[string]any{"challenge_until": e.db.Now().Add(-time.Hour)})
	reviewed := m{}
	roster := e.must(200, "committee_chair", "GET", at("/roster"), nil)
	if doubts, ok := roster.json["doubts"].([]any); ok {
		for _, x := range doubts {
			reviewed[x.(m)["key"].(string)] = "已核对"
		}
	}
	version := e.must(200, "committee_chair", "POST", at("/freeze"), m{"reviewed": reviewed}).int("version")
	for i, x := range motions {
		if x["matter"] == "committee" {
			version = e.candidates(id, i+1, version)
		}
	}
	for i := range motions {
		e.must(200, "committee_member", "POST", at(fmt.Sprintf("/motions/%d/confirmation", i+1)), m{"version": version})
	}
	opens := e.db.Now().AddDate(0, 0, 16)
	e.noticed = e.must(200, "committee_chair", "POST", at("/notice"), m{"version": version, "opens_at": opens, "closes_at": opens.AddDate(0, 0, 10)}).json
	return id
}

// candidates puts six people on the list of an election.
func (e *engine) candidates(meeting int64, position int, version int64) int64 {
	e.t.Helper()
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		for i, name := range []string{"张阿姨", "李师傅", "王老师", "赵医生", "陈会计", "周先生"} {
			x := assembly.Candidate{MeetingID: meeting, EstateID: e.town.actors["owner"].Estate, OwnerSetID: int64(i + 1), OwnerID: int64(i + 1), NameSealed: e.vault.Seal(name, "candidates.name"), Nominated: assembly.BySelf, ConsentAt: &tx.Now, State: assembly.Eligible,
				Checks: "[]", ClientRef: fmt.Sprint("candidate-", i), InputHash: "h", At: tx.Now.Add(time.Duration(i) * time.Second)}
			if err := tx.Create(&x).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/candidate-list", meeting), m{"version": version, "position": position, "ordered_by": "time", "fill": 5, "alternates": 1}).int("version")
}

// open puts the beginning of a meeting's window into the past.
func (e *engine) open(meeting int64) int64 {
	e.t.Helper()
	e.backdate(meeting, map[string]any{"opens_at": e.db.Now().Add(-time.Hour), "pulse_at": e.db.Now()})
	return meeting
}

func (e *engine) backdate(meeting int64, values map[string]any) {
	e.t.Helper()
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("id = ?", meeting).Updates(values).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// link is a voting link of a seat.
func (e *engine) link(meeting int64, seat int) string {
	e.t.Helper()
	a := e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/links", meeting), m{"seats": []int{seat}})
	url := a.json["items"].([]any)[0].(m)["url"].(string)
	return url[strings.Index(url, "/v/"):]
}

// publish gives what was cast its place in the log and signs it.
func (e *engine) publish() {
	e.t.Helper()
	for more := true; more; {
		var err error
		if more, err = e.assemblies.Sequence(e.t.Context()); err != nil {
			e.t.Fatal(err)
		}
	}
	if _, err := e.assemblies.SignCheckpoints(e.t.Context()); err != nil {
		e.t.Fatal(err)
	}
}

// plain is a browser without scripts.
type plain struct {
	*engine
	client *http.Client
}

func (e *engine) plain() *plain {
	jar, err := cookiejar.New(nil)
	if err != nil {
		e.t.Fatal(err)
	}
	return &plain{e, &http.Client{Jar: jar}}
}

func (p *plain) read(res *http.Response, err error) (int, string) {
	p.t.Helper()
	if err != nil {
		p.t.Error(err)
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Error(err)
	}
	return res.StatusCode, string(body)
}

func (p *plain) get(path string) (int, string) {
	p.t.Helper()
	return p.read(p.client.Get(p.url + path)) //nolint:noctx,bodyclose // a test; read closes it
}

func (p *plain) post(path string, form url.Values) (int, string) {
	p.t.Helper()
	return p.read(p.client.PostForm(p.url+path, form)) //nolint:noctx,bodyclose // a test; read closes it
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// fields are the hidden fields of the form that does a step.
func fields(page, step string) url.Values {
	form := url.Values{}
	for _, part := range strings.Split(page, "<form")[1:] {
		part, _, _ = strings.Cut(part, "</form>")
		if !strings.Contains(part, `name="step" value="`+step+`"`) {
			continue
		}
		for _, x := range hidden.FindAllStringSubmatch(part, -1) {
			form.Add(x[1], x[2])
		}
		form.Set("step", step)
		return form
	}
	return form
}

// proved is a browser that has proved a phone on a link.
func (e *engine) proved(link, phone string) *plain {
	e.t.Helper()
	p := e.plain()
	_, page := p.get(link)
	form := fields(page, "code")
	form.Set("phone", phone)
	status, page := p.post(link, form)
	if status != 200 || !strings.Contains(page, "短信里的 6 位数字") {
		e.t.Fatalf("no code: %d %s", status, page)
	}
	form = fields(page, "check")
	form.Set("phone", phone)
	form.Set("code", e.texted(phone))
	if status, page = p.post(link, form); status != 200 || !strings.Contains(page, "下一步：核对") {
		e.t.Fatalf("the code opens nothing: %d %s", status, page)
	}
	return p
}

// marks fills in the motions of a page in their order: the choice of each, an election's for every candidate.
func marks(page string, choices ...string) url.Values {
	form := fields(page, "review")
	var seen []string
	for _, x := range regexp.MustCompile(`type="radio" name="(m\d+)(\.c\d)?"`).FindAllStringSubmatch(page, -1) {
		if len(seen) == 0 || seen[len(seen)-1] != x[1] {
			seen = append(seen, x[1])
		}
		form.Set(x[1]+x[2], choices[len(seen)-1])
	}
	return form
}

// TestVotingWithoutScripts plays a voting link as plain forms: a wrong phone, what is missing, the review, one envelope however often
// the last form is sent, the same receipt, and what the page says afterwards.
func TestVotingWithoutScripts(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	file := e.must(201, "committee_chair", "POST", "/office/v1/files", multipartOf("notice", "offer", "offer.png", onePixel())).int("id")
	id := e.assembly(voteMotions(file))
	link, phone := e.link(id, 2), demoPhone("demo-estate", 11)
	p := e.plain()
	if _, page := p.get(link); !strings.Contains(page, "表决还没有开始") || strings.Contains(page, "发短信") {
		t.Errorf("before it opens: %s", page)
	}
	e.open(id)
	status, page := p.get(link)
	for _, want := range []string{"1幢1单元102", "平方米", "民法典第278条", "人数和面积都要达到全体业主的三分之二", "人数和面积都要超过参加表决的一半", "查看附件1", "发短信验证码"} {
		if status != 200 || !strings.Contains(page, want) {
			t.Errorf("the link lacks %q: %d %s", want, status, page)
		}
	}
	if strings.Contains(page, "演示业主") || strings.Contains(page, phone) {
		t.Error("the link names somebody")
	}
	wrong := fields(page, "code")
	wrong.Set("phone", "13900000000")
	if status, page := p.post(link, wrong); status != 422 || !strings.Contains(page, "不是这套房屋业主登记的手机号") {
		t.Errorf("a wrong phone: %d %s", status, page)
	}
	for _, x := range e.app.texts.Messages() {
		if x.Phone == "13900000000" {
			t.Error("a code went to somebody else")
		}
	}
	p = e.proved(link, phone)
	document := regexp.MustCompile(`href="(/v/[^"]+/files/\d+)"`).FindStringSubmatch(page)[1]
	if a := e.get(t, e.redirect(document)); a != 200 {
		t.Errorf("the document: %d", a)
	}
	if status, _ := p.get(link + "/files/999999"); status != 404 {
		t.Errorf("a document of another: %d", status)
	}

	_, page = p.get(link) // a reload costs no other code
	form := marks(page, "yes", "B", "yes")
	less := marks(page, "yes", "B", "yes")
	for name := range less {
		if strings.HasPrefix(name, "m") && !strings.Contains(name, ".") {
			less.Del(name)
			break
		}
	}
	if status, page := p.post(link, less); status != 422 || !strings.Contains(page, "还没有选；不想表态请选") || strings.Count(page, "checked") != 7 {
		t.Errorf("a motion without a choice: %d, %d marks kept, %s", status, strings.Count(page, "checked"), page)
	}
	status, page = p.post(link, form)
	if status != 200 || !strings.Contains(page, "请核对您的选择") || !strings.Contains(page, "改聘得分第一的公司") || strings.Count(page, "<dd>") != 8 {
		t.Fatalf("review: %d %s", status, page)
	}
	edit := fields(page, "edit")
	if _, page := p.post(link, edit); strings.Count(page, "checked") != 8 || fields(page, "review").Get("cast") != form.Get("cast") {
		t.Errorf("going back loses what was marked: %s", page)
	}
	cast := fields(page, "cast")
	var wg sync.WaitGroup
	pages := make([]string, 20)
	for i := range pages {
		wg.Go(func() { _, pages[i] = p.post(link, cast) })
	}
	wg.Wait()
	receipt := regexp.MustCompile(`回执号 ([0-9A-Z-]{19})"`).FindStringSubmatch(pages[0])
	if receipt == nil {
		t.Fatalf("no receipt: %s", pages[0])
	}
	for i := range pages {
		if pages[i] != pages[0] {
			t.Errorf("double tap %d shows something else: %.300s", i, pages[i])
		}
	}
	var envelopes int64
	if err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&assembly.Envelope{}).Where("meeting_id = ?", id).Count(&envelopes).Error
	}); err != nil || envelopes != 1 {
		t.Errorf("%d envelopes %v", envelopes, err)
	}
	for _, want := range []string{"data:image/png;base64,", "/h5/ballots/" + receipt[1] + "#", "可以再打开这个链接改一次", "不要发到群里"} {
		if !strings.Contains(strings.ReplaceAll(pages[0], strings.ReplaceAll(receipt[1], "-", ""), receipt[1]), want) {
			t.Errorf("the receipt lacks %q", want)
		}
	}

	// Afterwards the link shows what counts and nothing of what was said; a change is another intention.
	_, page = p.get(link)
	if !strings.Contains(page, "这一张计票") || !strings.Contains(page, receipt[1]) || strings.Contains(page, "checked") {
		t.Errorf("after the cast: %s", page)
	}
	changed := url.Values{}
	for name, values := range cast {
		changed[name] = values
		if strings.HasPrefix(name, "m") && !strings.Contains(name, ".") && values[0] == "yes" {
			changed[name] = []string{"no"}
		}
	}
	if status, page := p.post(link, changed); status != 422 || !strings.Contains(page, "收下的是先前那一张") {
		t.Errorf("back and another choice: %d %s", status, page)
	}
	_, page = p.get(link + "?change=1")
	_, page = p.post(link, marks(page, "no", "no", "abstain"))
	if _, page = p.post(link, fields(page, "cast")); !strings.Contains(page, "代替了您先前投的票") || !strings.Contains(page, "不能再改") {
		t.Errorf("a change: %s", page)
	}
	if _, page = p.get(link + "?change=1"); strings.Contains(page, "下一步：核对") || !strings.Contains(page, "已被后一张代替") {
		t.Errorf("a second change: %s", page)
	}

	// A lost answer at the close: the first receipt, then the link is over.
	e.backdate(id, map[string]any{"closes_at": e.db.Now().Add(-time.Second)})
	e.expireLinks(id)
	if _, page = p.post(link, cast); !strings.Contains(page, receipt[1]) {
		t.Errorf("the first receipt is gone at the close: %s", page)
	}
	if status, page = p.get(link); status != 404 || !strings.Contains(page, "表决已经截止") {
		t.Errorf("after the close: %d %s", status, page)
	}
}

// redirect is the path on this engine to which a page leads on.
func (e *engine) redirect(path string) string {
	e.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(e.url + path) //nolint:noctx // a test
	if err != nil {
		e.t.Fatal(err)
	}
	_ = res.Body.Close()
	return strings.TrimPrefix(res.Header.Get("Location"), e.cfg.PublicURL)
}

func (e *engine) get(t *testing.T, path string) int {
	t.Helper()
	status, _ := e.plain().get(path)
	return status
}

func (e *engine) expireLinks(meeting int64) {
	e.t.Helper()
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&assembly.Link{}).Where("meeting_id = ?", meeting).Update("expires_at", tx.Now.Add(-time.Second)).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// TestVotingLinksEnd: a revoked link, a made-up one, a seat that asked for paper, a shared seat whose other owners were not asked,
// and another owner's phone with somebody's form.
func TestVotingLinksEnd(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	gone := e.link(id, 3)
	e.must(204, "committee_chair", "DELETE", fmt.Sprintf("/office/v1/meetings/%d/links/3", id), nil)
	p := e.plain()
	for _, path := range []string{gone, "/v/" + strings.Repeat("x", 32), "/v/wrong"} {
		if status, page := p.get(path); status != 404 || !strings.Contains(page, "无效或已经作废") {
			t.Errorf("%s: %d %s", path, status, page)
		}
		if status, _ := p.post(path, url.Values{"step": {"cast"}}); status != 404 {
			t.Errorf("%s takes a form: %d", path, status)
		}
	}
	shared := e.link(id, 1)
	phones := demoPhones("demo-estate")
	a := e.proved(shared, phones[0])
	_, page := a.get(shared)
	status, page := a.post(shared, marks(page, "no"))
	if status != 422 || !strings.Contains(page, "请先确认其他业主同意") {
		t.Errorf("a shared seat alone: %d %s", status, page)
	}
	form := marks(page, "no")
	form.Set("agreed", "1")
	_, page = a.post(shared, form)
	cast := fields(page, "cast")
	if _, page = a.post(shared, cast); !strings.Contains(page, "其他业主已经收到通知") {
		t.Fatalf("the shared seat: %s", page)
	}
	// The other owner holds the same link, and guesses: the first one's receipt is not theirs.
	b := e.plain()
	_, page = b.get(shared)
	form = fields(page, "code")
	form.Set("phone", phones[1])
	_, page = b.post(shared, form)
	form = fields(page, "check")
	form.Set("phone", phones[1])
	form.Set("code", e.texted(phones[1]))
	if _, page = b.post(shared, form); !strings.Contains(page, "这份表决权已经投过票") {
		t.Errorf("the other owner: %s", page)
	}
	if status, page = b.post(shared, cast); status != 422 || strings.Contains(page, "data:image/png") {
		t.Errorf("the other owner has the first one's receipt: %d", status)
	}
	paper := e.link(id, 4)
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&assembly.Seat{}).Where("meeting_id = ? AND no = 4", id).Update("paper_at", tx.Now).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, page = b.get(paper); !strings.Contains(page, "申请了用纸质表决票") || strings.Contains(page, "发短信") {
		t.Errorf("a seat that asked for paper: %s", page)
	}
}

// cast has the seats of a range vote yes by their links, and gives their receipts' codes.
func (e *engine) cast(meeting int64, from, to int) (codes []string) {
	e.t.Helper()
	for seat := from; seat <= to; seat++ {
		token := strings.TrimPrefix(e.link(meeting, seat), "/v/")
		in := e.ballotOf(token, meeting, seat)
		if in.OwnerID == 0 {
			continue // all that is unsold together
		}
		r, err := e.assemblies.CastByLink(e.t.Context(), token, in)
		if err != nil {
			e.t.Fatal(err)
		}
		codes = append(codes, log.GroupCode(r.Code))
	}
	return codes
}

// ballotOf agrees to everything, for the first owner of a seat.
func (e *engine) ballotOf(token string, meeting int64, seat int) assembly.Cast {
	e.t.Helper()
	c := assembly.Cast{Agreed: true, ClientRef: fmt.Sprint("seat-", seat), InputHash: "h"}
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		var row assembly.Seat
		if err := tx.Where("meeting_id = ? AND no = ?", meeting, seat).Take(&row).Error; err != nil {
			return err
		}
		return tx.Model(&org.Owner{}).Where("owner_set_id = ?", row.HolderSetID).Order("position").Limit(1).Pluck("id", &c.OwnerID).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	motions, err := e.assemblies.LinkMotions(e.t.Context(), token)
	if err != nil {
		e.t.Fatal(err)
	}
	for _, x := range motions {
		choice := map[string]string{"motion": "yes", "options": "A", "election": "c1=yes,c2=yes,c3=yes,c4=yes,c5=yes"}[x.Question.Kind]
		c.Choices = append(c.Choices, assembly.Choice{MotionID: x.ID, Choice: choice})
	}
	return c
}

// backdateCheckpoint lets the next hour come.
func (e *engine) backdateCheckpoint(meeting int64) {
	e.t.Helper()
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&assembly.Log{}).Where("meeting_id = ?", meeting).Update("signed_at", tx.Now.Add(-time.Hour)).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// finish closes a meeting, publishes its result and certifies it.
func (e *engine) finish(meeting int64) {
	e.t.Helper()
	at := func(path string) string { return fmt.Sprintf("/office/v1/meetings/%d%s", meeting, path) }
	if a := e.must(200, "committee_chair", "GET", at(""), nil); a.json["state"] == "noticed" { // the log of one that is closed says when
		e.backdate(meeting, map[string]any{"closes_at": e.db.Now().Add(-time.Second)})
		if _, err := e.assemblies.Tick(e.t.Context()); err != nil {
			e.t.Fatal(err)
		}
	}
	if a := e.must(200, "committee_chair", "GET", at(""), nil); a.json["state"] == "closed" {
		e.must(200, "committee_chair", "POST", at("/result"), nil)
	}
	e.backdate(meeting, map[string]any{"objections_until": e.db.Now().Add(-time.Hour)})
	e.must(200, "committee_member", "POST", at("/certificate"), nil)
}

// TestThePublicLearnsNoChoice: what anybody may ask of a meeting and a receipt holds no choice, seat, unit or name.
func TestThePublicLearnsNoChoice(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	code := e.cast(id, 2, 4)[0]
	e.publish()
	for path, wants := range map[string][]string{
		"/public/v1/ballots/" + strings.ToLower(code):                         {`"published":true`, `"state":"counted"`, `"leaf_index":0`, `"proof":{"index":0,"leaf":"`, `"note":"linli/`, `"fingerprint":"`},
		fmt.Sprintf("/public/v1/meetings/%d", id):                             {`"roll_root":"`, `"voted":{"heads":3`, `"missing":{"heads":44`, `"checkpoint":{`},
		fmt.Sprintf("/public/v1/meetings/%d/checkpoints", id):                 {`"purpose":"hourly"`, `"size":3`},
		fmt.Sprintf("/public/v1/meetings/%d/consistency?from=3", id):          {`"old_size":3`, `"hashes":[]`},
		fmt.Sprintf("/h5/ballots?code=%s", strings.ReplaceAll(code, "-", "")): {"已计入"},
	} {
		a := e.must(200, "", "GET", path, nil)
		for _, want := range wants {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s lacks %s: %s", path, want, a.body)
			}
		}
		for _, secret := range []string{`"yes"`, "seat_no", "1幢1单元", "演示业主", "salt", "secret"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("%s tells %s: %s", path, secret, a.body)
			}
		}
	}
	e.must(404, "", "GET", "/public/v1/ballots/0000-0000-0000-0000", nil)
	e.must(404, "", "GET", fmt.Sprintf("/public/v1/meetings/%d/consistency?from=2", id), nil)
	e.must(404, "", "GET", "/h5/ballots/wrong", nil)
}
