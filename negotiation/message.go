package negotiation

import (
	"slices"
	"time"
)

// postMessage says something in the room, or notes something at the desk. Only a question of a desk member is a first response;
// any other message leaves the clock running.
func (d *decision) postMessage(f PostMessage) error {
	ch := f.Channel
	switch ch {
	case "":
		ch = Room
	case Room:
	case Desk:
		if d.by.Side() != SideEnterprise {
			return NewError(CodeNotAllowed).On("channel")
		}
	default:
		return Invalid("channel", []Channel{Room, Desk})
	}
	if f.Question && (ch != Room || d.by.Side() != SideEnterprise) {
		return Invalid("question", false)
	}
	if err := CheckText("text", f.Text, d.c.Rules.MessageLength, true); err != nil {
		return err
	}
	if err := d.c.mayTalk(d.by.Side(), d.env.At); err != nil {
		return err
	}
	posted := MessagePosted{Question: f.Question}
	if f.Question {
		posted.Took = d.answers()
	}
	d.emitIn(ch, posted, &Content{Text: f.Text})
	return nil
}

// mayTalk holds the limits on messages per party and case; retry_after is in seconds.
func (c *Case) mayTalk(s Side, at time.Time) error {
	i, ok := talkIndex(s)
	if !ok {
		return nil
	}
	k := c.Talk[i].at(at)
	switch {
	case k.InMinute >= c.Rules.MessagesPerMinute:
		return NewError(CodeRateLimited, "retry_after", 60-at.Unix()%60, "max", c.Rules.MessagesPerMinute, "per", "minute")
	case k.InDay >= c.Rules.MessagesPerDay:
		return NewError(CodeRateLimited, "retry_after", 86400-(at.Unix()+8*3600)%86400, "max", c.Rules.MessagesPerDay, "per", "day")
	}
	return nil
}

// canAddEvidence: so many files a side.
func canAddEvidence(c *Case, by Actor, _ time.Time) error {
	if c.Files.Of(by.Side()) >= c.Rules.FilesPerSide {
		return NewError(CodeTooManyFiles, "max", c.Rules.FilesPerSide).On("file")
	}
	return nil
}

// addEvidence puts a file that is already stored into the room.
func (d *decision) addEvidence(f AddEvidence) error {
	if err := CheckText("caption", f.Caption, maxDescription, false); err != nil {
		return err
	}
	return d.putEvidence("", EvidenceRef{File: f.File, SHA256: f.SHA256}, f.Caption)
}

// putEvidence; in is the path of the reference's fields.
func (d *decision) putEvidence(in string, ref EvidenceRef, caption string) error {
	file, err := d.env.file(in+"file", ref.File, d.by)
	if err != nil {
		return err
	}
	if file.SHA256 != ref.SHA256 {
		return Invalid(in+"sha256", "the SHA-256 of the upload")
	}
	d.addFile(file, caption)
	return nil
}

// putProof is putEvidence for the file that a report names, which follows it.
func (d *decision) putProof(id string) error {
	file, err := d.env.file("file", id, d.by)
	if err != nil {
		return err
	}
	if err := canAddEvidence(d.c, d.by, d.env.At); err != nil {
		return err
	}
	d.addFile(file, "")
	return nil
}

func (d *decision) addFile(f File, caption string) {
	d.emit(EvidenceAdded{File: f.ID, SHA256: f.SHA256, Size: f.Size, Type: f.Type}, &Content{FileName: f.Name, Text: caption})
}

// file is the actor's own complete upload of that id.
func (e Env) file(field, id string, by Actor) (File, error) {
	for _, f := range e.Files {
		if f.ID == id && f.Owner == by.ID {
			return f, nil
		}
	}
	return File{}, NewError(CodeNotFound).On(field)
}

// rate is the consumer's satisfaction after the end.
func (d *decision) rate(f Rate) error {
	if f.Stars < 1 || f.Stars > 5 {
		return OutOfRange("stars", 1, 5)
	}
	if err := CheckText("text", f.Text, maxReason, false); err != nil {
		return err
	}
	d.emit(CaseRated{Stars: f.Stars}, &Content{Text: f.Text})
	return nil
}

func canRate(c *Case, _ Actor, _ time.Time) error {
	if c.Stars > 0 {
		return NewError(CodeAlreadyDone)
	}
	return nil
}

// assign gives the case to a desk member, also to the one who has it: without an event its id would not be remembered, and sent again it
// would take the case from who got it meanwhile. That the account is one of the enterprise's is the app's to check.
func (d *decision) assign(f Assign) error {
	if err := CheckText("agent", f.Agent, maxName, false); err != nil {
		return err
	}
	if f.Agent != "" && d.by.Side() == SideSystem && !d.c.Waits() {
		return NewError(CodeAlreadyDone)
	}
	d.emitIn(Desk, AgentAssigned{Agent: f.Agent}, nil)
	return nil
}

// Waits says whether the system may give the case to an agent: it is under negotiation and nobody has it. What a member of the desk gave
// back is left to hands, or it would come right back.
func (c *Case) Waits() bool {
	return c.Agent == "" && !c.givenBack && c.Talking()
}

// Talking says whether the case is under negotiation, and no complaint yet.
func (c *Case) Talking() bool { return slices.Contains(talking, c.Phase) }

func canDisclose(c *Case, _ Actor, _ time.Time) error {
	if c.Disclosed {
		return NewError(CodeAlreadyDone)
	}
	return nil
}

// eraseContent drops a text; the store removes the bytes in the same transaction. That the event exists is the app's to check.
func (d *decision) eraseContent(f EraseContent) error {
	if f.Channel != Room && f.Channel != Desk {
		return Invalid("channel", []Channel{Room, Desk})
	}
	if f.Seq < 1 {
		return OutOfRange("seq", 1, d.c.Version)
	}
	if err := CheckText("reason", f.Reason, maxReason, true); err != nil {
		return err
	}
	d.emitIn(f.Channel, ContentErased{Erased: f.Seq}, &Content{Text: f.Reason})
	return nil
}
