package app

import (
	"errors"
	"fmt"
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
	CodeLife        time.Duration `json:"code_life"`
	FreshCases      time.Duration `json:"fresh_cases"` // a number's code opens cases touched so recently (business time)
	NumberRest      time.Duration `json:"number_rest"` // a number not signed in with for so long may have another owner (real time)
	ProofTries      int           `json:"proof_tries"` // wrong case codes or order numbers per account and hour
	SetUpLife       time.Duration `json:"set_up_life"` // of the one-time set-up link

	PasswordFailures        int           `json:"password_failures"`         // per login, then PasswordLock
	PasswordFailuresAddress int           `json:"password_failures_address"` // per address: a whole office may share one
	PasswordLock            time.Duration `json:"password_lock"`
	PasswordMin             int           `json:"password_min"`    // characters
	PasswordHashes          int           `json:"password_hashes"` // at once; each takes 64 MiB

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
	SocketsPerAccount int           `json:"sockets_per_account"`
	PageRows          int           `json:"page_rows"`  // most rows of a page
	OutageGap         time.Duration `json:"outage_gap"` // a gap between heartbeats longer than this moves deadlines
}

// DefaultLimits are the limits as published.
func DefaultLimits() Limits {
	return Limits{
		CodesPerMinute: 1, CodesPerHour: 5, CodesPerDay: 10, CodesPerAddress: 20, CodeTries: 5, CodeLife: 10 * time.Minute,
		FreshCases: 60 * day, NumberRest: 90 * day, ProofTries: 5, SetUpLife: day,
		PasswordFailures: 5, PasswordFailuresAddress: 20, PasswordLock: 15 * time.Minute, PasswordMin: 10, PasswordHashes: 2,
		ConsumerIdle: 30 * day, ConsumerMax: 90 * day, DeskIdle: 12 * time.Hour, DeskMax: 7 * day,
		OfficerIdle: 12 * time.Hour, OfficerMax: day, AdminIdle: time.Hour, AdminMax: 12 * time.Hour,
		FileBytes: 10 << 20, FilePixels: 50_000_000, FilesPerDay: 100, OrphanAge: day, StaffPerDesk: 200,
		CasesPerOrder: 1, CasesPerEnterprise: 3, CasesPerConsumer: 10,
		NoticePatience: time.Minute, InvitationsPerAddress: 20, ApplicationsPerAddress: 5,
		FrameBytes: 16 << 10, CommandsPerSecond: 10, SocketsPerAccount: 10, PageRows: 100, OutageGap: time.Hour,
	}
}

// Check refuses limits under which the platform would let nobody in, or fall. The error names all that are wrong.
func (l Limits) Check() error {
	const most = 1_000_000
	number, size, span := negotiation.Between[int], negotiation.Between[int64], func(name string, is, least, most time.Duration) error {
		if err := negotiation.Between(name, is, least, most); err != nil {
			return fmt.Errorf("%w (%d, in nanoseconds)", err, is)
		}
		return nil
	}
	return errors.Join(
		number("codes_per_minute", l.CodesPerMinute, 1, 60),
		number("codes_per_hour", l.CodesPerHour, 1, most),
		number("codes_per_day", l.CodesPerDay, 1, most),
		number("codes_per_address", l.CodesPerAddress, 1, most),
		number("code_tries", l.CodeTries, 1, 20),
		span("code_life", l.CodeLife, time.Minute, time.Hour),
		span("fresh_cases", l.FreshCases, 0, 3650*day),
		span("number_rest", l.NumberRest, day, 3650*day),
		number("proof_tries", l.ProofTries, 1, 100),
		span("set_up_life", l.SetUpLife, time.Minute, 30*day),

		number("password_failures", l.PasswordFailures, 1, 100),
		number("password_failures_address", l.PasswordFailuresAddress, 1, most),
		span("password_lock", l.PasswordLock, time.Minute, day),
		number("password_min", l.PasswordMin, 8, 100),
		number("password_hashes", l.PasswordHashes, 1, 256),

		span("consumer_max", l.ConsumerMax, time.Minute, 365*day),
		span("consumer_idle", l.ConsumerIdle, time.Minute, l.ConsumerMax),
		span("desk_max", l.DeskMax, time.Minute, 365*day),
		span("desk_idle", l.DeskIdle, time.Minute, l.DeskMax),
		span("officer_max", l.OfficerMax, time.Minute, 365*day),
		span("officer_idle", l.OfficerIdle, time.Minute, l.OfficerMax),
		span("admin_max", l.AdminMax, time.Minute, 365*day),
		span("admin_idle", l.AdminIdle, time.Minute, l.AdminMax),

		size("file_bytes", l.FileBytes, 1<<10, 1<<30),
		number("file_pixels", l.FilePixels, 1_000, 1_000_000_000),
		number("files_per_day", l.FilesPerDay, 1, most),
		span("orphan_age", l.OrphanAge, time.Hour, 30*day),
		number("staff_per_desk", l.StaffPerDesk, 1, most),

		number("cases_per_order", l.CasesPerOrder, 1, most),
		number("cases_per_enterprise", l.CasesPerEnterprise, 1, most),
		number("cases_per_consumer", l.CasesPerConsumer, 1, most),

		span("notice_patience", l.NoticePatience, 0, time.Hour),
		number("invitations_per_address", l.InvitationsPerAddress, 1, most),
		number("applications_per_address", l.ApplicationsPerAddress, 1, most),

		size("frame_bytes", l.FrameBytes, 16<<10, 1<<20), // else the longest message does not fit
		number("commands_per_second", l.CommandsPerSecond, 1, most),
		number("sockets_per_account", l.SocketsPerAccount, 1, most),
		number("page_rows", l.PageRows, 2, 1000),
		span("outage_gap", l.OutageGap, 4*beatEvery, 30*day), // shorter than some missed beats it would be none
	)
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
