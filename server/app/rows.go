package app

import (
	"time"

	"hejie/negotiation"
)

// CaseRow is a case in a list: inbox, board, my cases. Facts only, but for Title, Name and Last, which a reader without the
// right to the room gets empty. Version grows with each change, so that a client keeps the highest.
type CaseRow struct {
	Case           string
	Code           string
	Version        int64
	Consumer       string // account
	Enterprise     string
	EnterpriseName string
	Bureau         string
	Region         string
	Category       negotiation.Category
	Amount         negotiation.Money
	Title          string // goods or service, content
	Phase          negotiation.Phase
	Turn           negotiation.Side
	TurnSince      time.Time
	Also           []negotiation.Side // who else has a part to perform or to confirm, see AlsoOf
	FiledAt        time.Time
	LastAt         time.Time
	Due            time.Time // of the clock that counts for the one whose turn it is; zero: none
	DueKey         negotiation.DeadlineKey
	Overdue        bool // a bureau's clock passed, or the first response is overdue
	Agent          string
	Asked          bool // a request for approval lies open; for the desk only
	Class          negotiation.Class
	Reason         negotiation.EscalationReason
	EscalatedAt    time.Time
	AcceptedAt     time.Time
	OfferMinor     int64            // enterprise's open or last offer, 0: none
	ClaimMinor     int64            // consumer's
	OfferBy        negotiation.Side // whose offer lies open
	RoomSeq        int64            // last number in the room
	ReadSeq        int64            // the reader's own mark there, in pages only: RoomSeq less this is unread
	Column         Column           // of the board; a bureau's rows only
	BreachAt       time.Time        // of a running negotiation, see BreachAt; a bureau's rows only
	Name           string           // consumer's name as the reader may see it
	Last           string           // last message or act, content
}

// Notice is a message to a person outside of the room (SMS, mail), written into the outbox in the transaction of its cause.
type Notice struct {
	To       string // account, or "desk:<enterprise>", "bureau:<bureau>"
	Template string // chooses the text, in the receiver's language
	Case     string
	Params   map[string]string // never content of the room
	At       time.Time         // business time
	Wait     time.Duration     // so long it may turn out that they saw it anyway; see Offered
}
