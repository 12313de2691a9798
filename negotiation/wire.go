package negotiation

// The closed vocabulary. One line for each command and event: everything that encodes, decodes or checks the contract reads these.
var (
	commands = table(dec[FileCase], dec[PostMessage], dec[AddEvidence], dec[MakeOffer], dec[SeeOffer], dec[WithdrawOffer],
		dec[AcceptOffer], dec[DeclineOffer], dec[ReportPerformance], dec[ConfirmPerformance], dec[DisputePerformance],
		dec[WithdrawCase], dec[Escalate], dec[RefuseCase], dec[Reopen], dec[Rate], dec[ChangeConsents], dec[DiscloseDetails],
		dec[Assign], dec[AcceptComplaint], dec[RefuseComplaint], dec[RuleOnRefusal], dec[FindPerformance], dec[Void], dec[Chase],
		dec[CloseComplaint])
	systemCommands = table(dec[PassDeadline], dec[Remind], dec[MoveDeadlines], dec[EraseContent])
	facts          = table(dec[CaseFiled], dec[MessagePosted], dec[EvidenceAdded], dec[OfferMade], dec[OfferSeen],
		dec[OfferWithdrawn], dec[OfferAccepted], dec[OfferDeclined], dec[PerformanceReported], dec[PerformanceConfirmed],
		dec[PerformanceDisputed], dec[CaseEscalated], dec[CaseRefused], dec[RefusalRuled], dec[CaseReopened], dec[CaseRated],
		dec[CaseClosed], dec[ComplaintAccepted], dec[ComplaintRefused], dec[PerformanceFound], dec[CaseVoided],
		dec[EnterpriseChased], dec[ComplaintClosed], dec[DeadlinePassed], dec[Reminded], dec[DeadlinesMoved], dec[ConsentsChanged],
		dec[DetailsDisclosed], dec[AgentAssigned], dec[ContentErased])
)

type kinded interface{ Kind() string }

type decoder = func(b []byte) (kinded, error) // nil input: the zero value

func dec[T kinded](b []byte) (kinded, error) {
	var v T
	if b == nil {
		return v, nil
	}
	err := decodeKnown(b, &v)
	return v, err
}

func table(ds ...decoder) map[string]decoder {
	m := make(map[string]decoder, len(ds))
	for _, d := range ds {
		z, _ := d(nil)
		m[z.Kind()] = d
	}
	return m
}

// Vocabulary gives a zero value of every public command, system command and event, for contract tests.
func Vocabulary() (public, system, events []interface{ Kind() string }) {
	all := func(t map[string]decoder) (zs []interface{ Kind() string }) {
		for _, d := range t {
			z, _ := d(nil)
			zs = append(zs, z)
		}
		return zs
	}
	return all(commands), all(systemCommands), all(facts)
}
