package app

import (
	"time"

	"hejie/negotiation"
)

// Limits of the platform, own rules against floods and loss (none is a rule of the field). They are one table in the README,
// can be overridden by a JSON file, and are shown to everybody in /api/meta. Durations are nanoseconds in JSON.
// Those of a single case (messages, offers, items, files a side) are in negotiation.Rules, because a case keeps them for its life.
type Limits struct {
	CodesPerMinute  int           `json:"codes_per_minute"`  // per number
	CodesPerHour    int           `json:"codes_per_hour"`    // per number
	CodesPerDay     int           `json:"codes_per_day"`     // per number
	CodesPerAddress int           `json:"codes_per_address"` // per network address and hour
	CodeTries       int           `json:"code_tries"`        // per code
	CodeLife        time.Duration `json:"code_life"`         //
	FreshCases      time.Duration `json:"fresh_cases"`       // a number's code opens cases touched so recently (business time)
	ProofTries      int           `json:"proof_tries"`       // wrong case codes or order numbers per account and hour
	SetUpLife       time.Duration `json:"set_up_life"`       // of the one-time set-up link

	PasswordFailures        int           `json:"password_failures"`         // per login, then PasswordLock
	PasswordFailuresAddress int           `json:"password_failures_address"` // per address: a whole office may share one
	PasswordLock            time.Duration `json:"password_lock"`             //
	PasswordMin             int           `json:"password_min"`              // characters
	PasswordHashes          int           `json:"password_hashes"`           // at once; each takes 64 MiB

	ConsumerIdle time.Duration `json:"consumer_idle"` // session ends when unused so long
	ConsumerMax  time.Duration `json:"consumer_max"`  // and in any case after so long
	DeskIdle     time.Duration `json:"desk_idle"`
	DeskMax      time.Duration `json:"desk_max"`
	OfficerIdle  time.Duration `json:"officer_idle"`
	OfficerMax   time.Duration `json:"officer_max"`
	AdminIdle    time.Duration `json:"admin_idle"`
	AdminMax     time.Duration `json:"admin_max"`

	FileBytes    int64         `json:"file_bytes"`     // of one file
	FilePixels   int           `json:"file_pixels"`    // of one image: a small file can unpack to gigabytes
	FilesPerDay  int           `json:"files_per_day"`  // uploads of an account, kept or not
	OrphanAge    time.Duration `json:"orphan_age"`     // an upload that no case names is removed after so long
	StaffPerDesk int           `json:"staff_per_desk"` // accounts of an enterprise

	CasesPerOrder      int `json:"cases_per_order"`      // open, of one consumer against one enterprise on one order
	CasesPerEnterprise int `json:"cases_per_enterprise"` // open, of one consumer against one enterprise
	CasesPerConsumer   int `json:"cases_per_consumer"`   // open

	NoticePatience time.Duration `json:"notice_patience"` // a new offer that was seen on a screen so soon is told no more; 0: told at once

	InvitationsPerAddress  int `json:"invitations_per_address"`  // counted per address and day
	ApplicationsPerAddress int `json:"applications_per_address"` // per address and day

	FrameBytes        int64         `json:"frame_bytes"`         // of a socket's frame
	CommandsPerSecond int           `json:"commands_per_second"` // per socket
	SocketsPerAccount int           `json:"sockets_per_account"` //
	PageRows          int           `json:"page_rows"`           // most rows of a page
	OutageGap         time.Duration `json:"outage_gap"`          // a gap between heartbeats longer than this moves deadlines
}

// DefaultLimits are the limits as published.
func DefaultLimits() Limits {
	const day = 24 * time.Hour
	return Limits{
		CodesPerMinute: 1, CodesPerHour: 5, CodesPerDay: 10, CodesPerAddress: 20, CodeTries: 5, CodeLife: 10 * time.Minute,
		FreshCases: 60 * day, ProofTries: 5, SetUpLife: day,
		PasswordFailures: 5, PasswordFailuresAddress: 20, PasswordLock: 15 * time.Minute, PasswordMin: 10, PasswordHashes: 2,
		ConsumerIdle: 30 * day, ConsumerMax: 90 * day, DeskIdle: 12 * time.Hour, DeskMax: 7 * day,
		OfficerIdle: 12 * time.Hour, OfficerMax: day, AdminIdle: time.Hour, AdminMax: 12 * time.Hour,
		FileBytes: 10 << 20, FilePixels: 50_000_000, FilesPerDay: 100, OrphanAge: day, StaffPerDesk: 200,
		CasesPerOrder: 1, CasesPerEnterprise: 3, CasesPerConsumer: 10,
		NoticePatience: time.Minute, InvitationsPerAddress: 20, ApplicationsPerAddress: 5,
		FrameBytes: 16 << 10, CommandsPerSecond: 10, SocketsPerAccount: 10, PageRows: 100, OutageGap: time.Hour,
	}
}

// session gives how long a session of the role may lie unused, and how long it may live.
func (l Limits) session(r negotiation.Role) (idle, longest time.Duration) {
	switch r {
	case negotiation.RoleConsumer:
		return l.ConsumerIdle, l.ConsumerMax
	case negotiation.RoleOfficer:
		return l.OfficerIdle, l.OfficerMax
	case negotiation.RoleAdministrator:
		return l.AdminIdle, l.AdminMax
	}
	return l.DeskIdle, l.DeskMax
}

// Page is how many rows a reader gets who asks for n: at least 1, at most PageRows; half of that without a wish.
func (l Limits) Page(n int) int {
	if n <= 0 {
		return max(1, l.PageRows/2)
	}
	return min(n, l.PageRows)
}
