package notify

import (
	"context"
	"encoding/json"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// setAside keeps a text out of the positions of its message's plan.
const setAside = 1_000_000_000_000

// reread finds the words with which the message was begun. Where the plan has other rows by now it is begun anew with those, and
// whoever was told in the old words is left out.
func (w *writer) reread(ctx context.Context) error {
	err := w.o.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Where("message_id = ? AND position >= 0", w.m.ID).Order("position").Find(&w.texts).Error
	})
	if err != nil || w.fit() {
		return err
	}
	w.texts, w.from, w.resumed = nil, progress{}, false
	return w.o.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Text{}).Where("message_id = ? AND position >= 0", w.m.ID).Update("position", gorm.Expr("-? - id", setAside)).Error
	})
}

// fit reports whether the texts are those of the plan's rows.
func (w *writer) fit() bool {
	return slices.EqualFunc(w.texts, w.messages, func(t Text, msg plan.Message) bool {
		return t.Audience == msg.To[0] && t.Kind == msg.Kind && t.Template == msg.Template
	})
}

// word writes what the message says to each audience, once.
func (w *writer) word(tx *store.Tx) error {
	if w.resumed {
		return nil
	}
	w.texts = make([]Text, len(w.messages))
	for i, msg := range w.messages {
		data, err := json.Marshal(msg.Data())
		if err != nil {
			return err
		}
		presses, channels := max(msg.Priority, w.m.Priority), msg.ChannelList()
		w.texts[i] = Text{MessageID: w.m.ID, Position: int64(i), Audience: msg.To[0], Kind: msg.Kind, Title: msg.Title, Body: w.night.words(msg.Body, presses, channels, tx.Now), Template: msg.Template, Data: string(data), Channels: channels,
			Priority: presses, Hold: msg.Hold, SubjectKind: msg.SubjectKind, SubjectID: msg.SubjectID, CreatedAt: tx.Now}
	}
	if len(w.texts) == 0 {
		return nil
	}
	return tx.Create(&w.texts).Error
}
