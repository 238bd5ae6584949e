package disclosure

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Revision is a new version of a notice as somebody writes it.
type Revision struct {
	On      int // the version that it changes; 0 for the current one, whichever that is
	Title   string
	Body    string
	Reason  string
	FileIDs []int64 // new uploads
	Without []int64 // attachments that the new version no longer has
}

func (r *Revision) check(f Form, queries []Query, files int) error {
	r.Title, r.Body, r.Reason = strings.TrimSpace(r.Title), strings.TrimSpace(r.Body), strings.TrimSpace(r.Reason)
	var c fault.Checks
	checkText(&c, r.Title, r.Body)
	checkDebtors(&c, r.Title, r.Body)
	checkContent(&c, f, files, queries)
	c.Check(r.Reason != "" && len([]rune(r.Reason)) <= 200, "reason", "请写明修改原因，不超过200个字，居民会看到")
	if err := c.Err(); err != nil {
		return err
	}
	return f.typed(r.Title, r.Body)
}

// Revise publishes another version of a notice; the earlier ones stay readable, with the difference and the reason. The days of a posting
// begin anew with it: what people were to read has changed.
// Faults: ErrForbidden, ErrNotFound, ErrWithdrawn, ErrOutdated, ErrUnchanged, ErrSecondPerson, fault.ErrInvalid.
func (s *Service) Revise(ctx context.Context, actor org.Actor, id int64, r Revision) error {
	if err := r.check(FreeText, nil, 0); err != nil {
		return err
	}
	return s.change(ctx, actor, id, "board.revise", func(tx *store.Tx, n *Notice) error {
		if n.guarded() {
			return ErrSecondPerson.Saying("涉及钱的公示和系统发布的结果，修改后也要由另一个人核对：请保存修改草稿并提交，再请另一个人确认")
		}
		if sums, err := sumsIn(tx, n); err != nil || sums || HasSum(r.Title+"\n"+r.Body) {
			return cmp.Or(err, error(ErrSecondPerson.Saying("里面有金额，修改后也要由另一个人核对：请保存修改草稿并提交，再请另一个人确认")))
		}
		if err := s.unnamed(tx, n.EstateID, r.Title, r.Body, nil, nil); err != nil {
			return err
		}
		if err := s.files.Attach(tx, actor, r.FileIDs, "notice", "notice", n.ID, n.EstateID); err != nil {
			return err
		}
		return s.revise(tx, n, r, nil, actor.PersonID, 0)
	})
}

// revise writes the next version of a notice that is locked; its new files are attached already.
func (s *Service) revise(tx *store.Tx, n *Notice, r Revision, queries []Query, person, confirmed int64) error {
	var last Version
	if err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&last).Error; err != nil {
		return err
	}
	if r.On != 0 && r.On != n.CurrentVersion {
		return ErrOutdated
	}
	files, err := s.kept(tx, &last, r)
	if err != nil {
		return err
	}
	if err := r.check(n.Form, queries, len(files)); err != nil {
		return err
	}
	if err := s.stillAnswers(tx, n, r.Body); err != nil {
		return err
	}
	if same, err := unchanged(tx, &last, r, queries); same || err != nil {
		if err != nil {
			return err
		}
		return ErrUnchanged
	}
	res := tx.Model(&Notice{}).Where("id = ? AND current_version = ?", n.ID, n.CurrentVersion).Update("current_version", n.CurrentVersion+1)
	if err := store.MustAffect(res, ErrOutdated); err != nil {
		return err
	}
	err = s.publishVersion(tx, n, n.CurrentVersion+1, edition{title: r.Title, body: r.Body, reason: r.Reason, files: files, queries: queries, person: person, confirmed: confirmed})
	return err
}

// kept are the files of the next version: those of the last without what was taken off, and the new ones.
func (s *Service) kept(tx *store.Tx, last *Version, r Revision) ([]int64, error) {
	var files []int64
	for _, a := range last.Attachments() {
		files = append(files, a.ID)
	}
	if last.Format == 1 { // it had no list of its own
		all, err := s.files.IDsIn(tx, "notice", []int64{last.NoticeID})
		if err != nil {
			return nil, err
		}
		files = slices.DeleteFunc(all[last.NoticeID], func(id int64) bool { return slices.Contains(r.FileIDs, id) })
	}
	for _, id := range r.Without {
		if !slices.Contains(files, id) {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "without_file_ids", Reason: "要去掉的附件不在现在的版本里"})
		}
	}
	files = slices.DeleteFunc(files, func(id int64) bool { return slices.Contains(r.Without, id) })
	return append(files, r.FileIDs...), nil
}

// sumsIn reports whether a sum of money stands in the version that is read today: taking it out tells people as much as putting it in.
func sumsIn(tx *store.Tx, n *Notice) (bool, error) {
	var last Version
	err := tx.Select("title", "body").Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&last).Error
	return err == nil && HasSum(last.Title+"\n"+last.Body), err
}

// unchanged reports whether a revision is what the version already says.
func unchanged(tx *store.Tx, last *Version, r Revision, queries []Query) (bool, error) {
	if last.Title != r.Title || last.Body != r.Body || len(r.FileIDs)+len(r.Without) > 0 {
		return false, nil
	}
	figures, err := figuresOf(tx, []int64{last.NoticeID}, last.Version)
	if err != nil || len(figures) != len(queries) {
		return false, err
	}
	for i, f := range figures {
		if f.row() != queries[i].row() {
			return false, nil
		}
	}
	return true, nil
}
