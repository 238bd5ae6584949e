package disclosure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// Version is the content of a notice as it stood from At on. SHA256 is over what Content gives.
type Version struct {
	NoticeID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Version        int   `gorm:"primaryKey;autoIncrement:false"`
	Title          string
	Body           string
	Reason         string
	Format         int    // 1: the hash is over title and body; 2: over all of it
	Files          string // []Attached as JSON
	SHA256         string `gorm:"column:sha256"`
	PersonID       int64
	ConfirmedBy    int64 // the second person; 0 where none was needed
	PostingDays    int   // for how many days it stands at least; 0 where the rule was not set, or the sort has none
	PostingArticle string
	Places         string // where the rule asks for it on paper, "board,entrance"; empty where the rule was not set
	At             time.Time
}

// TableName names the table.
func (Version) TableName() string { return "notice_versions" }

// Attached is a file of a version.
type Attached struct {
	ID     int64  `json:"id"`
	SHA256 string `json:"sha256"`
}

// Attachments are the files of the version.
func (v *Version) Attachments() []Attached {
	var list []Attached
	_ = json.Unmarshal([]byte(v.Files), &list) // empty before there were any
	return list
}

// edition is what a new version is made of.
type edition struct {
	title, body, reason string
	files, duties       []int64
	queries             []Query
	contents            []string // see Draft
	composed            bool     // the system wrote it as the law asks for
	person, confirmed   int64
}

// publishVersion writes a version with its figures, its hash and the places where it may hang, as the rules of today ask for.
func (s *Service) publishVersion(tx *store.Tx, n *Notice, no int, e edition) error {
	v := &Version{NoticeID: n.ID, Version: no, Title: e.title, Body: e.body, Reason: e.reason, Format: 2, PersonID: e.person, ConfirmedBy: e.confirmed, At: tx.Now}
	files := make([]Attached, len(e.files))
	for i, id := range e.files {
		sum, err := s.files.Sum(tx, id)
		if err != nil {
			return err
		}
		files[i] = Attached{id, sum}
	}
	raw, err := json.Marshal(files)
	if err != nil {
		return err
	}
	v.Files = string(raw)
	if err := s.freeze(tx, n, v); err != nil {
		return err
	}
	figures, err := s.figures(tx, n.EstateID, e.queries)
	if err != nil {
		return err
	}
	for i := range figures {
		figures[i].NoticeID, figures[i].Version, figures[i].Seq = n.ID, no, i+1
	}
	v.SHA256 = hashOf(n, v, figures)
	if err := tx.Create(v).Error; err != nil {
		return store.Raced(err)
	}
	if len(figures) > 0 {
		if err := tx.Create(&figures).Error; err != nil {
			return err
		}
	}
	if err := s.freezePlaces(tx, n, v); err != nil {
		return err
	}
	return noteVersion(tx, n, v)
}

// hashOf is the hash of a version, in hex.
func hashOf(n *Notice, v *Version, figures []Figure) string {
	text := contentOf(n, v, figures)
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

// contentOf is the one text of a version that its hash is over: JSON without white space, the fields in this order, amounts in fen.
// Whoever has it makes the hash with any tool.
func contentOf(n *Notice, v *Version, figures []Figure) []byte {
	if v.Format == 1 { // from before there was more
		return []byte(v.Title + "\n" + v.Body)
	}
	type figure struct {
		Label   string    `json:"label"`
		Book    string    `json:"book"`
		Codes   string    `json:"codes"`
		Sources string    `json:"sources"`
		Source  int64     `json:"source,omitempty"`
		Measure Measure   `json:"measure"`
		From    string    `json:"from"`
		To      string    `json:"to"`
		Fen     money.Fen `json:"fen"`
	}
	list := make([]figure, len(figures))
	for i, f := range figures {
		list[i] = figure{Label: f.Label, Book: f.Book, Codes: f.Codes, Sources: f.Sources, Source: f.SourceID, Measure: f.Measure, To: dateIn(&f.ToOn).String(), Fen: f.Fen}
		if f.FromOn != nil {
			list[i].From = dateIn(f.FromOn).String()
		}
	}
	sums := make([]string, 0, 4)
	for _, a := range v.Attachments() {
		sums = append(sums, a.SHA256)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(struct { // of strings and numbers: it cannot fail
		Format  string   `json:"format"`
		Number  string   `json:"number"`
		Estate  int64    `json:"estate"`
		Issuer  int64    `json:"issuer"`
		Kind    Sort     `json:"kind"`
		Form    Form     `json:"form"`
		Scope   string   `json:"scope"`
		Version int      `json:"version"`
		At      string   `json:"at"`
		Title   string   `json:"title"`
		Body    string   `json:"body"`
		Reason  string   `json:"reason"`
		Days    int      `json:"days"`
		Figures []figure `json:"figures"`
		Files   []string `json:"files"`
	}{"linli-notice/2", n.Number, n.EstateID, n.OrganisationID, n.Kind, n.Form, n.Scope, v.Version, v.At.UTC().Format(time.RFC3339), v.Title, v.Body, v.Reason, v.PostingDays, list, sums})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
