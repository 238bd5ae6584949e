package assembly

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// compareBox holds the numbers found in a box against the receipts, and puts down on the forms where they differ.
func compareBox(tx *store.Tx, m *Meeting, b Box) ([]Difference, error) {
	var forms []Form
	if err := tx.Where("meeting_id = ?", m.ID).Order("serial").Find(&forms).Error; err != nil {
		return nil, err
	}
	bySerial := make(map[int]*Form, len(forms))
	for i := range forms {
		bySerial[forms[i].Serial] = &forms[i]
	}
	found := map[int]int{}
	list := []Difference{}
	differ := func(number, kind string) {
		list = append(list, Difference{Number: number, Kind: kind, Says: differenceTexts[kind]})
	}
	for _, typed := range b.Found {
		serial, err := m.parseNumber(typed)
		f := bySerial[serial]
		if err != nil || f == nil {
			differ(short(strings.TrimSpace(typed), 40), "unknown")
			continue
		}
		found[serial]++
		switch {
		case found[serial] > 1:
			differ(f.Number, "twice")
		case f.State == FormReplaced:
			differ(f.Number, "dead")
		case f.State == FormIssued:
			differ(f.Number, "unreceipted")
		}
	}
	for _, f := range forms {
		if f.State == FormReceived && found[f.Serial] == 0 {
			differ(f.Number, "missing")
		}
	}
	slices.SortStableFunc(list, func(x, y Difference) int { return cmp.Compare(x.Number, y.Number) })
	if err := explain(list, b.Explained); err != nil {
		return nil, err
	}
	return list, putDifferences(tx, m, list)
}

// explain takes the explanation of each difference, and names those that have none.
func explain(list []Difference, given map[string]string) error {
	var missing []fault.Field
	for i := range list {
		d := &list[i]
		d.Explained = strings.TrimSpace(given[d.Number])
		if n := len([]rune(d.Explained)); n < 4 || n > 200 {
			missing = append(missing, fault.Field{Path: "explained." + d.Number, Reason: fmt.Sprintf("%s：%s。请再核对；属实的请写明情况（4至200个字）", d.Number, d.Says)})
		}
	}
	if len(missing) > 0 {
		return ErrBoxDiffers.With(missing[:min(len(missing), 200)]...)
	}
	return nil
}

func putDifferences(tx *store.Tx, m *Meeting, list []Difference) error {
	states := map[string]FormState{"missing": FormMissing, "unreceipted": FormStray}
	for _, d := range list {
		if d.Kind == "unknown" {
			continue
		}
		change := map[string]any{"explained": d.Explained}
		if st, ok := states[d.Kind]; ok {
			change["state"] = st
		}
		if err := tx.Model(&Form{}).Where("meeting_id = ? AND number = ?", m.ID, d.Number).Updates(change).Error; err != nil {
			return err
		}
	}
	return nil
}
