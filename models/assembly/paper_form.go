package assembly

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// FormState is where a paper form stands.
type FormState string

// The states of a form.
const (
	FormIssued    FormState = "issued"    // 已发出
	FormReplaced  FormState = "replaced"  // 已换发，号码作废
	FormReceived  FormState = "received"  // 已投入票箱
	FormEntered   FormState = "entered"   // 已录入，待另一人复核
	FormDiffers   FormState = "differs"   // 录入不一致，待再看
	FormConfirmed FormState = "confirmed" // 已复核
	FormMissing   FormState = "missing"   // 有回执，票箱里没有
	FormStray     FormState = "stray"     // 票箱里有，没有回执
)

// FormStates are the states as people read them.
var FormStates = map[FormState]string{FormIssued: "已发出，未收回", FormReplaced: "已换发，号码作废", FormReceived: "已投入票箱，待录入", FormEntered: "已录入，待另一人复核", FormDiffers: "录入不一致，待再看",
	FormConfirmed: "已复核", FormMissing: "有回执，票箱里没有找到", FormStray: "票箱里有，没有回执，不计入"}

// Form is a numbered paper form of a seat.
type Form struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	SeatID      int64
	SeatNo      int
	Serial      int
	Number      string
	Way         Way // paper, or assisted where a helper filled it in
	State       FormState
	Live        *int64 // the seat, while the number is not replaced
	ProxyID     int64  // whose agent fills it in; 0 for the owner
	IssuedBy    int64
	IssuedAt    time.Time
	ReplacedBy  int64
	ReplacedAt  *time.Time
	ReplacedFor string
	ReceivedBy  int64
	ReceivedAt  *time.Time // when it went into the sealed box: the time of the ballot
	Explained   string     // what the minutes of the opening say of it
	EnvelopeID  int64
}

// TableName names the table.
func (Form) TableName() string { return "paper_forms" }

// Faults of forms.
var (
	ErrNoForm       = fault.New(fault.NotFound, "paper.not_found", "没有这个号码的表决票，请核对号码；别的会议的票不能用在这里")
	ErrFormDead     = fault.New(fault.Conflict, "paper.dead", "这张票已经换发，号码作废，不能再用")
	ErrFormIn       = fault.New(fault.Conflict, "paper.received", "这张票已经投入票箱")
	ErrFormNumber   = fault.ErrInvalid.With(fault.Field{Path: "number", Reason: "票号不对，请照表决票上的号码输入，如 00001-95"})
	ErrNoPapers     = fault.New(fault.Conflict, "paper.official", "本次会议以政府电子投票平台为准，不发纸质表决票；请登记平台的结果")
	ErrNotAttested  = fault.New(fault.Conflict, "paper.not_attested", "这张票是协助填写的，在场的第二个人还没有确认，不能收")
	ErrBoxNotOpened = fault.New(fault.Conflict, "paper.not_opened", "还没有开箱，请先在监票人见证下开箱并登记")
)

// formNumber is a serial with two check digits (ISO 7064, MOD 97-10): one wrong or swapped digit gives no other form.
func formNumber(serial int) string { return fmt.Sprintf("%05d-%02d", serial, 98-serial*100%97) }

// parseNumber reads what was typed, or scanned: then the meeting's number stands in front.
func (m *Meeting) parseNumber(typed string) (int, error) {
	typed = strings.ToUpper(strings.TrimSpace(typed))
	if i := strings.LastIndexByte(typed, '/'); i >= 0 {
		if typed[:i] != m.Number {
			return 0, ErrNoForm
		}
		typed = typed[i+1:]
	}
	digits := strings.ReplaceAll(strings.ReplaceAll(typed, "-", ""), " ", "")
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) != 7 || n%97 != 1 || formNumber(n/100) != digits[:5]+"-"+digits[5:] {
		return 0, ErrFormNumber
	}
	return n / 100, nil
}

// Scan is what the code on a form holds.
func (m *Meeting) Scan(number string) string { return m.Number + "/" + number }

// formBy finds a form by its number.
func formBy(tx *store.Tx, m *Meeting, typed string) (*Form, error) {
	serial, err := m.parseNumber(typed)
	if err != nil {
		return nil, err
	}
	var f Form
	err = tx.Where("meeting_id = ? AND serial = ?", m.ID, serial).Take(&f).Error
	return &f, store.NotFound(err, ErrNoForm)
}

// inBox selects forms that are or were in the sealed box.
var inBox = []FormState{FormReceived, FormEntered, FormDiffers, FormConfirmed, FormMissing}
