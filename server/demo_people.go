package main

import (
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/session"
)

func (t *demoTown) person(key, name string) (org.Actor, *demoActor, error) {
	openID, unionID, err := t.wechat.demoSignIn(t.ctx, key)
	if err != nil {
		return org.Actor{}, nil, err
	}
	id, err := t.org.SignIn(t.ctx, org.MiniProgram, openID, unionID)
	if err != nil {
		return org.Actor{}, nil, err
	}
	token, err := t.sessions.Create(t.ctx, session.Start{PersonID: id, OpenID: openID, Device: "演示"})
	if err != nil {
		return org.Actor{}, nil, err
	}
	a := org.Actor{PersonID: id, Surface: "miniapp"}
	if err := t.org.GiveConsent(t.ctx, a, org.PrivacyVersion); err != nil {
		return org.Actor{}, nil, err
	}
	if err := t.org.SetName(t.ctx, a, name); err != nil {
		return org.Actor{}, nil, err
	}
	d := &demoActor{Name: name, Token: token, Surface: "miniapp", person: id}
	t.actors[key] = d
	actor, err := t.sessions.Resident(t.ctx, token)
	return actor, d, err
}

// officer signs somebody in, has them take a post, and opens a session that acts in it.
func (t *demoTown) officer(key, name string, inviter org.Actor, post int64) (org.Actor, error) {
	a, d, err := t.person(key, name)
	if err != nil {
		return org.Actor{}, err
	}
	if err := t.take(a, inviter, post); err != nil {
		return org.Actor{}, fmt.Errorf("%s: %w", key, err)
	}
	openID, unionID, err := t.wechat.demoFollow(t.ctx, key)
	if err != nil {
		return org.Actor{}, err
	}
	if _, err := t.org.SignIn(t.ctx, org.ServiceAccount, openID, unionID); err != nil {
		return org.Actor{}, err
	}
	d.Surface, d.Post = "office", post
	if d.Token, err = t.sessions.Create(t.ctx, session.Start{PersonID: d.person, PostID: post, OpenID: a.OpenID, Device: "演示"}); err != nil {
		return org.Actor{}, err
	}
	return t.sessions.Staff(t.ctx, d.Token, post)
}

// take fills a post through an invitation, unless the person holds it already.
func (t *demoTown) take(a, inviter org.Actor, post int64) error {
	mine, err := t.org.MyPosts(t.ctx, a.PersonID)
	if err != nil {
		return err
	}
	for _, p := range mine {
		if p.ID == post {
			return nil
		}
	}
	var inv *org.Invited
	if inviter.PersonID == 0 {
		var o org.Organisation
		err = t.db.View(t.ctx, func(tx *store.Tx) error {
			return tx.Where("id = (SELECT organisation_id FROM posts WHERE id = ?)", post).Take(&o).Error
		})
		if err != nil {
			return err
		}
		inv, err = t.org.FirstInvitation(t.ctx, o.Kind)
	} else {
		inv, err = t.org.InvitePostHolder(t.ctx, inviter, post, org.Holder)
	}
	if err != nil {
		return err
	}
	_, err = t.org.Accept(t.ctx, a, inv.Token)
	return err
}

// post finds the first post of a kind in an organisation, or makes it.
func (t *demoTown) post(by org.Actor, organisation int64, kind org.PostKind, title string) (int64, error) {
	var ids []int64
	err := t.db.View(t.ctx, func(tx *store.Tx) error {
		return tx.Model(&org.Post{}).Where("organisation_id = ? AND kind = ? AND title = ? AND closed_at IS NULL", organisation, kind, title).Limit(1).Pluck("id", &ids).Error
	})
	if err != nil {
		return 0, err
	}
	if len(ids) > 0 {
		return ids[0], nil
	}
	p, err := t.org.CreatePost(t.ctx, by, org.NewPost{OrganisationID: organisation, Kind: kind, Title: title})
	if err != nil {
		return 0, err
	}
	return p.ID, nil
}
