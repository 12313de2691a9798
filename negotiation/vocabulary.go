package negotiation

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// The closed vocabulary. One line for each command and event: everything that encodes, decodes or checks the contract reads these.
var (
	commands = Commands(FileCase{}, PostMessage{}, AddEvidence{}, MakeOffer{}, SeeOffer{}, WithdrawOffer{},
		AcceptOffer{}, DeclineOffer{}, ReportPerformance{}, ConfirmPerformance{}, DisputePerformance{},
		WithdrawCase{}, Escalate{}, RefuseCase{}, Reopen{}, Rate{}, ChangeConsents{}, DiscloseDetails{},
		Assign{}, RequestApproval{}, AnswerRequest{}, WithdrawRequest{}, AcceptComplaint{}, RefuseComplaint{}, RuleOnRefusal{}, FindPerformance{}, Void{}, Chase{},
		CloseComplaint{})
	systemCommands = Commands(PassDeadline{}, Remind{}, MoveDeadlines{}, EraseContent{})
	facts          = Facts(CaseFiled{}, MessagePosted{}, EvidenceAdded{}, OfferMade{}, OfferSeen{},
		OfferWithdrawn{}, OfferAccepted{}, OfferDeclined{}, PerformanceReported{}, PerformanceConfirmed{},
		PerformanceDisputed{}, CaseEscalated{}, CaseRefused{}, RefusalRuled{}, CaseReopened{}, CaseRated{},
		CaseClosed{}, ComplaintAccepted{}, ComplaintRefused{}, PerformanceFound{}, CaseVoided{},
		EnterpriseChased{}, ComplaintClosed{}, DeadlinePassed{}, Reminded{}, DeadlinesMoved{}, ConsentsChanged{},
		DetailsDisclosed{}, AgentAssigned{}, ApprovalRequested{}, RequestAnswered{}, RequestWithdrawn{}, ContentErased{})
	contentShape = shapeOf(reflect.TypeFor[Content]())
	itemsShape   = shapeOf(reflect.TypeFor[[]Item]())
	textShape    = shapeOf(reflect.TypeFor[string]())
)

// Kinded is a command or a fact. Kind is its "type" on the wire.
type Kinded interface{ Kind() string }

// Kinds are the commands or the facts that there are, by their kind.
type Kinds map[string]*shape

// Commands are given by a zero value of each. Their JSON has "type" among the fields.
func Commands(zeros ...Kinded) Kinds { return kinds(zeros, field{name: "type"}) }

// Facts are given by a zero value of each. Their JSON has the fields alone.
func Facts(zeros ...Kinded) Kinds { return kinds(zeros) }

func kinds(zeros []Kinded, beside ...field) Kinds {
	k := make(Kinds, len(zeros))
	for _, z := range zeros {
		s := shapeOf(reflect.TypeOf(z))
		s.fields = append(s.fields, beside...)
		k[z.Kind()] = s
	}
	return k
}

// DecodeTagged reads an object that says its "type", as DecodeCommand does.
func (k Kinds) DecodeTagged(b []byte) (Kinded, error) {
	kind, err := decoder{b: b}.tag()
	if err != nil {
		return nil, err
	}
	s := k[string(kind)]
	if s == nil {
		return nil, NewError(CodeUnknownCommand, "type", Clip(string(kind))).On("type")
	}
	return s.kinded(b)
}

func (s *shape) kinded(b []byte) (Kinded, error) {
	v := reflect.New(s.of).Elem()
	if err := decode(b, s, v); err != nil {
		return nil, err
	}
	return v.Interface().(Kinded), nil
}

// AppendTagged writes after b what json.Marshal gives of z, with its "type" in front.
func (k Kinds) AppendTagged(b []byte, z Kinded) ([]byte, error) {
	b = append(append(append(b, `{"type":"`...), z.Kind()...), '"')
	n := len(b)
	b, err := k.append(b, z)
	switch {
	case err != nil:
		return nil, err
	case b[n+1] == '}':
		return append(b[:n], '}'), nil
	}
	b[n] = ','
	return b, nil
}

// append writes after b what json.Marshal gives of z, which it asks for what is none of the kinds.
func (k Kinds) append(b []byte, z Kinded) ([]byte, error) {
	v := reflect.ValueOf(z)
	if s := k[z.Kind()]; s != nil && s.of == v.Type() {
		return s.append(b, v)
	}
	other, err := json.Marshal(z)
	return append(b, other...), err
}

// encode gives what append writes.
func (k Kinds) encode(z Kinded) ([]byte, error) {
	var room [1024]byte // most fit
	b, err := k.append(room[:0], z)
	return bytes.Clone(b), err
}

// Vocabulary gives a zero value of every public command, system command and event, for contract tests.
func Vocabulary() (public, system, events []Kinded) {
	return commands.Zeros(), systemCommands.Zeros(), facts.Zeros()
}

// Zeros are a zero value of each.
func (k Kinds) Zeros() (zs []Kinded) {
	for _, s := range k {
		zs = append(zs, reflect.Zero(s.of).Interface().(Kinded))
	}
	return zs
}
