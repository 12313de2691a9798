package app

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"hejie/negotiation"
)

// Replies are what a desk writes often, kept by its supervisors, for every member to begin a message with. The places in them are filled
// in on the screen of who inserts one; nothing is sent by itself.
type Replies struct{ w World }

// SavedReply of an enterprise. Its name is unique there.
type SavedReply struct {
	ID   string
	Name string
	Text string
}

// ReplyReader reads saved replies.
type ReplyReader interface {
	SavedReplies(ctx context.Context, enterprise string) ([]SavedReply, error) // by name
}

// ReplyWriter writes them.
type ReplyWriter interface {
	// SetSavedReply adds or changes the one with the id. Errors: name_taken; not_found for the id of another enterprise's.
	SetSavedReply(ctx context.Context, enterprise string, r SavedReply) error
	// DropSavedReply of the enterprise; not_found when it has none with the id.
	DropSavedReply(ctx context.Context, enterprise, id string) error
}

// Limits of saved replies.
const (
	RepliesPerDesk = 200
	maxReplyName   = 40
	maxReplyText   = 1000
)

// Places that may stand in braces in a saved reply: the consumer's name as the desk sees it, and the case code.
var Places = [...]string{"姓", "name", "案号", "code"}

var place = regexp.MustCompile(`\{([^{}]*)\}`)

// List for a member of the desk, by name.
func (u *Replies) List(ctx context.Context, by negotiation.Actor) ([]SavedReply, error) {
	if by.Side() != negotiation.SideEnterprise {
		return nil, notAllowed()
	}
	return u.w.Plain.SavedReplies(ctx, by.Enterprise)
}

// Set adds the reply, or changes the one with its id, so that a request that is sent again does no harm and what was deleted can be put
// back. Errors: not_allowed, name_taken, too_many_replies, those of the fields.
func (u *Replies) Set(ctx context.Context, by negotiation.Actor, r SavedReply) (SavedReply, error) {
	if by.Role != negotiation.RoleDeskSupervisor {
		return SavedReply{}, notAllowed()
	}
	if err := normalise(field{&r.Name, line("name", 1, maxReplyName)}); err != nil {
		return SavedReply{}, err
	}
	r.Text = strings.TrimSpace(r.Text)
	if err := negotiation.CheckText("text", r.Text, maxReplyText, true); err != nil {
		return SavedReply{}, err
	}
	for _, p := range place.FindAllStringSubmatch(r.Text, -1) {
		if !slices.Contains(Places[:], p[1]) {
			return SavedReply{}, negotiation.NewError(CodeUnknownPlace, "place", p[1], "allowed", Places[:]).On("text")
		}
	}
	err := u.w.Plain.Write(ctx, func(tx PlainTx) error {
		have, err := tx.SavedReplies(ctx, by.Enterprise)
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(have, func(old SavedReply) bool { return old.ID == r.ID })
		if !known && len(have) >= RepliesPerDesk {
			return negotiation.NewError(CodeTooManyReplies, "max", RepliesPerDesk)
		}
		return tx.SetSavedReply(ctx, by.Enterprise, r)
	})
	return r, err
}

// Drop deletes one. Errors: not_allowed, not_found.
func (u *Replies) Drop(ctx context.Context, by negotiation.Actor, id string) error {
	if by.Role != negotiation.RoleDeskSupervisor {
		return notAllowed()
	}
	return u.w.Plain.Write(ctx, func(tx PlainTx) error { return tx.DropSavedReply(ctx, by.Enterprise, id) })
}
