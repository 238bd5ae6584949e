package disclosure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Proof is a paper as whoever hung it up records it.
type Proof struct {
	At           time.Time // when, by the phone
	Spot         string    // where exactly
	LatE6, LngE6 *int64    // millionths of a degree; nil where the phone gave none
	FileID       int64     // the photo
	ClientRef    string
	InputHash    string
}

// How far the time of a phone may be off: recordLate because phones are without a signal in stairwells and people come home first, and no
// longer, so that nobody hangs a paper in the past; clockSkew because no two clocks agree.
const (
	recordLate = 24 * time.Hour
	clockSkew  = 5 * time.Minute
)

// Faults of papers.
var (
	ErrNoPlace   = fault.New(fault.NotFound, "notice.no_place", "没有找到这个张贴点，请从张贴清单里选择")
	ErrHanging   = fault.New(fault.Conflict, "notice.hanging", "这里已经登记张贴了，不用再登记；如果不见了，请先报告被撕")
	ErrOldPaper  = fault.New(fault.Closed, "notice.old_paper", "公示已有新版本，请打印新版本张贴")
	ErrPhotoUsed = fault.New(fault.Conflict, "notice.photo_used", "这张照片已经用来证明另一处的张贴，请到这里重新拍一张")
	ErrPhotoDone = fault.ErrInvalid.With(fault.Field{Path: "file_id", Reason: "请拍一张能看清公示和所在位置的照片"})
)

// leastPixels is the shorter side of a photo on which a sheet of paper at a door can be read.
const leastPixels = 200

// FarMetres is from where on a photo's position is pointed out to who supervises: far more than a phone errs, near enough to be another estate.
const FarMetres = 500

// inReason refuses times that no honest phone gives.
func inReason(c *fault.Checks, tx *store.Tx, field string, at, notBefore time.Time) {
	c.Check(!at.After(tx.Now.Add(clockSkew)), field, "时间晚于现在，请核对手机的日期和时间")
	c.Check(!at.Before(tx.Now.Add(-recordLate)), field, "请在24小时内登记；更早的请重新拍照，时间填现在")
	c.Check(!at.Before(notBefore.Add(-clockSkew)), field, "时间早于发布（或张贴）的时间，请核对")
}

func (p *Proof) check(tx *store.Tx, since time.Time) error {
	p.Spot, p.At = strings.TrimSpace(p.Spot), p.At.UTC().Truncate(time.Second)
	var c fault.Checks
	n := len([]rune(p.Spot))
	c.Check(n >= 2 && n <= 100, "spot", "请写明贴在哪里（2至100个字），例如“1单元门厅左侧”")
	c.Check(p.FileID != 0, "file_id", "请拍一张能看清公示和所在位置的照片")
	c.Check((p.LatE6 == nil) == (p.LngE6 == nil), "lat", "经度和纬度要一起填，也可以都不填")
	c.Check(p.LatE6 == nil || within180(*p.LatE6, 90) && within180(*p.LngE6, 180), "lat", "经纬度不对")
	inReason(&c, tx, "at", p.At, since)
	return c.Err()
}

func within180(e6, degrees int64) bool { return e6 >= -degrees*1_000_000 && e6 <= degrees*1_000_000 }

// Hang records that the current version hangs at one of its places. A second paper goes up only after it is confirmed that the first is
// gone.
// Faults: ErrForbidden, ErrNotFound, ErrWithdrawn, ErrOldPaper, ErrNoPlace, ErrHanging, ErrPhotoUsed, ErrRefReused, file.ErrNotFound, fault.ErrInvalid.
func (s *Service) Hang(ctx context.Context, actor org.Actor, placeID int64, in Proof) (*Paper, error) {
	if err := actor.Must(org.HangNotice); err != nil {
		return nil, err
	}
	var p *Paper
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var had []Paper
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if p = &had[0]; p.InputHash != in.InputHash {
				return ErrRefReused
			}
			return nil
		}
		place, v, err := wall(tx, actor, placeID)
		if err != nil {
			return err
		}
		if err := in.check(tx, v.At); err != nil {
			return err
		}
		p = &Paper{PlaceID: place.ID, NoticeID: place.NoticeID, Version: place.Version, EstateID: place.EstateID, Hanging: &place.ID, HungAt: in.At, Spot: in.Spot, LatE6: in.LatE6, LngE6: in.LngE6, FileID: in.FileID,
			PersonID: actor.PersonID, PostID: actor.Post.PostID, OrganisationID: actor.OrganisationID(), RecordedAt: tx.Now, ClientRef: in.ClientRef, InputHash: in.InputHash}
		return s.hang(tx, actor, p)
	})
	if err != nil {
		return nil, fmt.Errorf("hang notice: %w", err)
	}
	return p, nil
}

func (s *Service) hang(tx *store.Tx, actor org.Actor, p *Paper) error {
	var last []Paper
	if err := tx.Where("notice_id = ? AND version = ? AND place_id = ?", p.NoticeID, p.Version, p.PlaceID).Order("id DESC").Limit(1).Find(&last).Error; err != nil {
		return err
	}
	if len(last) == 1 {
		if last[0].Hanging != nil {
			return ErrHanging
		}
		if p.HungAt.Before(*last[0].DownAt) {
			return fault.ErrInvalid.With(fault.Field{Path: "at", Reason: "时间早于上一张被撕下的时间，请核对"})
		}
	}
	if err := s.photo(tx, p); err != nil {
		return err
	}
	if err := p.measure(tx); err != nil {
		return err
	}
	if err := tx.Create(p).Error; err != nil {
		return store.Raced(err)
	}
	if err := s.files.Attach(tx, actor, []int64{p.FileID}, "photo", "notice_posting", p.ID, p.EstateID); err != nil {
		return err
	}
	return audit.Append(tx, actor, "board.hang", audit.Subject{Kind: "notice", ID: p.NoticeID, Estate: p.EstateID}, map[string]any{"posting": p.ID, "version": p.Version, "place": p.PlaceID, "sha256": p.FileSum})
}

// photo refuses a picture on which nothing can be read, and one that proves another paper of the estate.
func (s *Service) photo(tx *store.Tx, p *Paper) error {
	width, height, err := s.files.Pixels(tx, p.FileID)
	if err != nil {
		return err
	}
	if width < leastPixels || height < leastPixels {
		return fault.ErrInvalid.With(fault.Field{Path: "file_id", Reason: fmt.Sprintf("照片太小了（%d×%d），看不清贴的是什么：请用手机重新拍一张原图上传，每边至少%d像素", width, height, leastPixels)})
	}
	if p.FileSum, err = s.files.Sum(tx, p.FileID); err != nil {
		return err
	}
	var used []struct{ Place, Number string }
	err = tx.Table("notice_postings p").Select("w.name AS place, n.number").Joins("JOIN notice_places w ON w.id = p.place_id").Joins("JOIN notices n ON n.id = p.notice_id").
		Where("p.estate_id = ? AND p.photo_once = ?", p.EstateID, p.FileSum).Limit(1).Scan(&used).Error
	if err != nil {
		return err
	}
	if len(used) == 1 {
		return ErrPhotoUsed.Saying(fmt.Sprintf("这张照片已经用来证明“%s”（公示%s）的张贴，一张照片只能证明一处：请到这里重新拍一张，要看得清公示和所在的位置", used[0].Place, used[0].Number))
	}
	p.PhotoOnce = &p.FileSum
	return nil
}

// measure keeps how far from its building, or the estate, a photo was taken. A phone errs between high houses: it is shown to who supervises
// and refused by nobody.
func (p *Paper) measure(tx *store.Tx) error {
	if p.LatE6 == nil || p.LngE6 == nil {
		return nil
	}
	var place Place
	if err := tx.Where("id = ? AND estate_id = ?", p.PlaceID, p.EstateID).Take(&place).Error; err != nil {
		return err
	}
	at, err := org.PositionOf(tx, p.EstateID, place.BuildingID)
	if at == nil {
		return err
	}
	metres := at.Metres(org.Position{LatE6: *p.LatE6, LngE6: *p.LngE6})
	p.Metres = &metres
	return nil
}

// Far reports whether a photo was taken far from where the paper is said to hang.
func (p *Paper) Far() bool { return p.Metres != nil && *p.Metres > FarMetres }

// wall finds a place of the current version of a notice that still stands, and locks the notice.
func wall(tx *store.Tx, actor org.Actor, placeID int64) (*Place, *Version, error) {
	var place Place
	if err := tx.Scopes(actor.Within(org.HangNotice, "notice_places.estate_id")).Where("id = ?", placeID).Take(&place).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrNoPlace)
	}
	var n Notice
	if err := tx.ForUpdate().Where("id = ?", place.NoticeID).Take(&n).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrNotFound)
	}
	if n.WithdrawnAt != nil {
		return nil, nil, ErrWithdrawn.Saying("这份公示已撤回，不要再张贴")
	}
	if n.CurrentVersion != place.Version {
		return nil, nil, ErrOldPaper
	}
	var v Version
	err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&v).Error
	return &place, &v, err
}
